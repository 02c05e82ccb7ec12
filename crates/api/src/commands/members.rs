//! Members: what is not personal goes straight in, what is, is sealed first.

use guanxi_domain::member::{
    Activate, Member, MemberCommand, RecordConsent, RecordTouchpoint, WithdrawConsent,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{endpoint, enrol, erase, identities};
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(enrol::enrol))
        .routes(routes!(activate::handle))
        .routes(routes!(record_consent::handle))
        .routes(routes!(withdraw_consent::handle))
        .routes(routes!(identities::link))
        .routes(routes!(identities::unlink))
        .routes(routes!(record_touchpoint::handle))
        .routes(routes!(erase::erase))
}

endpoint!(
    activate,
    "/v1/members/{id}/activate",
    "members",
    Activate,
    Member,
    MemberCommand::Activate,
    "Makes a known person a member, with consent to the membership terms."
);
endpoint!(
    record_consent,
    "/v1/members/{id}/record-consent",
    "members",
    RecordConsent,
    Member,
    MemberCommand::RecordConsent,
    "Notes what the person agreed to."
);
endpoint!(
    withdraw_consent,
    "/v1/members/{id}/withdraw-consent",
    "members",
    WithdrawConsent,
    Member,
    MemberCommand::WithdrawConsent,
    "Notes that the person no longer agrees."
);
endpoint!(
    record_touchpoint,
    "/v1/members/{id}/record-touchpoint",
    "members",
    RecordTouchpoint,
    Member,
    MemberCommand::RecordTouchpoint,
    "Notes what the person did that is not yet a purchase."
);
