"""Who somebody is and what they allow: leaves linked into people, groups, consents and stated wishes.

State belongs to a leaf and is never mixed; a person is worked out from the links, with their evidence, on reading.
"""
