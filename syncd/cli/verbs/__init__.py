"""The verbs and their options, for typer. A verb here gives back what is to be done, undone as yet:
parsing ends before anything begins. What a verb needs is imported when it is called."""
