//! Auth methods by which somebody else vouches for a machine.

use crate::{
    app::auth_method::{
        alicloud_auth::AlicloudAuth, aws_auth::AwsAuth, azure_auth::AzureAuth, gcp_auth::GcpAuth,
        jwt_auth::JwtAuth, kubernetes_auth::KubernetesAuth, oci_auth::OciAuth, oidc_auth::OidcAuth,
        spiffe_auth::SpiffeAuth,
    },
    http::{
        route::{
            Access::{Caller, Public},
            Route, delete, get, patch, post,
        },
        v1::auth_method::{self, LoginRequest, OnWire, SettingsRequest, TestResponse},
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
    ]
    .into_iter()
    .flatten()
    .collect()
}

struct Paths {
    login: &'static str,
    identity: &'static str,
    test: &'static str,
}

fn of<M: OnWire>(paths: Paths) -> Vec<Route> {
    vec![
        post(paths.login, Public, auth_method::login::<M>)
            .summary("Exchanges a proof of who a machine is for an access token")
            .body::<LoginRequest<M::ProofRequest>>()
            .answer::<TokenResponse>(),
        post(paths.identity, Caller, auth_method::attach::<M>)
            .summary("Attaches the auth method to a machine identity")
            .event(M::EVENTS.add)
            .body::<SettingsRequest<M::SettingsRequest>>()
            .answer::<M::Response>(),
        get(paths.identity, Caller, auth_method::get::<M>)
            .summary("Shows the auth method of a machine identity")
            .event(M::EVENTS.get)
            .answer::<M::Response>(),
        patch(paths.identity, Caller, auth_method::update::<M>)
            .summary("Changes the auth method of a machine identity")
            .event(M::EVENTS.update)
            .body::<SettingsRequest<M::SettingsRequest>>()
            .answer::<M::Response>(),
        delete(paths.identity, Caller, auth_method::delete::<M>)
            .summary("Detaches the auth method and ends its tokens")
            .event(M::EVENTS.revoke)
            .answer::<M::Response>(),
        post(paths.test, Caller, auth_method::test::<M>)
            .summary("Says how a login would be judged, and lets nobody in")
            .event(M::EVENTS.test)
            .body::<M::ProofRequest>()
            .answer::<TestResponse>(),
    ]
}
