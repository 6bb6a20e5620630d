//! trusted_ip
