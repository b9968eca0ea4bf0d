"""The demo territory: invented companies and buyers on the real communes of the territory.

`volumes` says how many of what, `words` and `names` invent names, `places` puts them on the map,
`offers` and `labels` say what they do and who recognises them, `companies` puts a company
together, and `loading` writes it all. Vocabulary and shares are data, in `data/`.
"""
