"""Address books: vCards, tables and Monica's exports become cards, and cards are held against the
people who are known."""
