"""The four JSON files of the studio's predecessor: taken in, and given out again."""
