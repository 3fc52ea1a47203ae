"""The Discord front end: one thin module per command group, and packages for views, messages and interactions."""
