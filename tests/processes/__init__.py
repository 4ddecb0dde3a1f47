"""The product as processes, which are killed, starved and restarted, alone and on several
machines. What is waited for is a row, a file or a process, never a time."""
