"""Learning what comes next in a session (torch): the encoder, the neighbours' settings, and how they go together."""

from embeddings.sessions.learning.encoder_training import EncoderConfig, train_encoder
from embeddings.sessions.learning.learn import LearnConfig, Learnt, learn_next_in_session
from embeddings.sessions.learning.neighbour_choice import choose_neighbours

__all__ = ["EncoderConfig", "LearnConfig", "Learnt", "choose_neighbours", "learn_next_in_session", "train_encoder"]
