"""What config.yaml and a people file may say: the one source of what is checked, of the JSON Schema
and of config.example.yaml.

Each field says what it means, an example in YAML, and its default in the words that one would type.
"""
