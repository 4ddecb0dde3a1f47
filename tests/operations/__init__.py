"""What the README tells administrators to do, done as it stands there: each block of the section
"Production" is run by a shell on a machine of its own, which is a folder with a copy of the
product. Two things are made shorter: the packages are those of the tests, and addresses, paths and
ports of the README's examples become the test's.
"""
