//! Auth methods by which somebody else vouches for a machine.

use crate::{
    app::auth_method::{
        alicloud_auth::AlicloudAuth, aws_auth::AwsAuth, azure_auth::AzureAuth, gcp_auth::GcpAuth,
        jwt_auth::JwtAuth, kubernetes_auth::KubernetesAuth, ldap_auth::LdapAuth, oci_auth::OciAuth,
        oidc_auth::OidcAuth, spiffe_auth::SpiffeAuth, tls_cert_auth::TlsCertAuth,
    },
    http::{
        route::{
            Access::{Caller, Public},
            Route, delete, get, patch, post,
        },
        v1::{
            auth_ldap,
            auth_method::{self, LoginRequest, OnWire, SettingsRequest, TestResponse},
            auth_tls_cert, auth_universal,
        },
        wire::access_token::TokenResponse,
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [
        of::<JwtAuth>(Paths {
            login: "/api/v1/auth/jwt-auth/login",
            identity: "/api/v1/auth/jwt-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/jwt-auth/test",
        }),
        of::<OidcAuth>(Paths {
            login: "/api/v1/auth/oidc-auth/login",
            identity: "/api/v1/auth/oidc-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/oidc-auth/test",
        }),
        of::<GcpAuth>(Paths {
            login: "/api/v1/auth/gcp-auth/login",
            identity: "/api/v1/auth/gcp-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/gcp-auth/test",
        }),
        of::<AzureAuth>(Paths {
            login: "/api/v1/auth/azure-auth/login",
            identity: "/api/v1/auth/azure-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/azure-auth/test",
        }),
        of::<SpiffeAuth>(Paths {
            login: "/api/v1/auth/spiffe-auth/login",
            identity: "/api/v1/auth/spiffe-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/spiffe-auth/test",
        }),
        of::<KubernetesAuth>(Paths {
            login: "/api/v1/auth/kubernetes-auth/login",
            identity: "/api/v1/auth/kubernetes-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/kubernetes-auth/test",
        }),
        of::<AwsAuth>(Paths {
            login: "/api/v1/auth/aws-auth/login",
            identity: "/api/v1/auth/aws-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/aws-auth/test",
        }),
        of::<OciAuth>(Paths {
            login: "/api/v1/auth/oci-auth/login",
            identity: "/api/v1/auth/oci-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/oci-auth/test",
        }),
        of::<AlicloudAuth>(Paths {
            login: "/api/v1/auth/alicloud-auth/login",
            identity: "/api/v1/auth/alicloud-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/alicloud-auth/test",
        }),
        of::<LdapAuth>(Paths {
            login: "/api/v1/auth/ldap-auth/login",
            identity: "/api/v1/auth/ldap-auth/identities/{identity}",
            test: "/api/ui/v1/identities/{identity}/ldap-auth/test",
        }),
        ldap_lockouts(),
        tls_certificate(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn ldap_lockouts() -> Vec<Route> {
    vec![
        post(
            "/api/v1/auth/ldap-auth/identities/{identity}/clear-lockouts",
            Caller,
            auth_ldap::clear_lockouts,
        )
        .summary("Ends a lockout after wrong passwords")
        .event(auth_ldap::CLEAR_LOCKOUTS)
        .answer::<auth_universal::ClearLockoutsResponse>(),
    ]
}

/// Its proof is in no body.
fn tls_certificate() -> Vec<Route> {
    let mut routes = vec![
        post("/api/v1/auth/tls-cert-auth/login", Public, auth_tls_cert::login)
            .summary("Exchanges the client certificate for an access token")
            .body::<auth_tls_cert::TlsCertLoginRequest>()
            .answer::<TokenResponse>(),
    ];
    routes.extend(managed::<TlsCertAuth>(
        "/api/v1/auth/tls-cert-auth/identities/{identity}",
        "/api/ui/v1/identities/{identity}/tls-cert-auth/test",
    ));
    routes
}

#[derive(Clone, Copy)]
struct Paths {
    login: &'static str,
    identity: &'static str,
    test: &'static str,
}

fn of<M: OnWire>(paths: Paths) -> Vec<Route> {
    let mut routes = vec![
        post(paths.login, Public, auth_method::login::<M>)
            .summary("Exchanges a proof of who a machine is for an access token")
            .body::<LoginRequest<M::ProofRequest>>()
            .answer::<TokenResponse>(),
    ];
    routes.extend(managed::<M>(paths.identity, paths.test));
    routes
}

/// Attaching, looking at, changing, detaching, trying.
fn managed<M: OnWire>(identity: &'static str, test: &'static str) -> Vec<Route> {
    vec![
        post(identity, Caller, auth_method::attach::<M>)
            .summary("Attaches the auth method to a machine identity")
            .event(M::EVENTS.add)
            .body::<SettingsRequest<M::SettingsRequest>>()
            .answer::<M::Response>(),
        get(identity, Caller, auth_method::get::<M>)
            .summary("Shows the auth method of a machine identity")
            .event(M::EVENTS.get)
            .answer::<M::Response>(),
        patch(identity, Caller, auth_method::update::<M>)
            .summary("Changes the auth method of a machine identity")
            .event(M::EVENTS.update)
            .body::<SettingsRequest<M::SettingsRequest>>()
            .answer::<M::Response>(),
        delete(identity, Caller, auth_method::delete::<M>)
            .summary("Detaches the auth method and ends its tokens")
            .event(M::EVENTS.revoke)
            .answer::<M::Response>(),
        post(test, Caller, auth_method::test::<M>)
            .summary("Says how a login would be judged, and lets nobody in")
            .event(M::EVENTS.test)
            .body::<M::ProofRequest>()
            .answer::<TestResponse>(),
    ]
}
