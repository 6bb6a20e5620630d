//! Classes of flaws that other secrets managers had, each as tests over all routes it can apply to.
//! `docs/security-tests.md` says which class is where.

mod actors;
mod class_01_spelling;
mod class_02_denials;
mod class_03_patterns;
mod class_04_other_organization;
mod class_05_escalation;
mod class_06_membership_states;
mod class_08_guessing;
mod class_09_addresses;
mod class_10_typed_authentication;
mod class_11_secondary_routes;
mod class_12_outlived;
mod class_13_leaks;
mod class_15_control;
mod class_16_injection;
mod class_17_inner_addresses;
mod class_22_inner_operations;
mod database;
mod removal_of_rights;
mod requests;
mod world;
mod world_works;
