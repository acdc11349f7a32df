"""EmbeddingSet: the vectors of products and the function that makes a customer's, and what is made of such sets.

What serves needs numpy alone; making vectors of descriptions is learnt with scipy.
"""
