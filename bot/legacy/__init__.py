"""The predecessor's four JSON files: importing and exporting them.

``files`` describes the four files, ``decoding`` turns bytes into text, ``json_recovery`` reads JSON that may be damaged, and
``records`` gives every part of a file its identity. ``importer`` stores what is new, with ``mapping`` and
``script_conversion``, and reports it (``import_report``). ``exporter`` writes the files.
"""
