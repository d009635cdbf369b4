"""What syncd costs, and what the least would be that it could cost: `make bench`.

Every row is a ratio within one run: both sides are measured in turn, in the same process or on the
same server, and of each the best round counts. No test asks for any of it, since a machine that is
busy fails nobody.
"""
