"""The pure core: no Django, no HTTP, no clock.

Laws of this folder:
1. Everything is a function of its arguments; ``now`` is one of them.
2. *Changed* means: differs, in normal form, from what that same side showed when the pair last
   agreed. Never a timestamp, never the other side's value.
3. What is decided is data (``Decision``, ``StepPlan``); carrying it out is somebody else's work.
"""
