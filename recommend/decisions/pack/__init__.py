"""The pack of a business: what may be done for a customer, as a marketer writes it and a diff shows it.

Form is checked where a file is read, sense where it is compiled; nothing here decides.
"""

from recommend.decisions.pack.faults import Fault, PackRefused
from recommend.decisions.pack.pack import Pack, read_pack

__all__ = ["Fault", "Pack", "PackRefused", "read_pack"]
