//! Members: what is not personal goes straight in, what is, is sealed first.

use guanxi_domain::member::{
    Activate, AssignTag, Member, MemberCommand, RecordConsent, RecordTouchpoint, Reinstate, RemoveTag,
    Suspend, WithdrawConsent,
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
        .routes(routes!(assign_tag::handle))
        .routes(routes!(remove_tag::handle))
        .routes(routes!(suspend::handle))
        .routes(routes!(reinstate::handle))
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
endpoint!(
    assign_tag,
    "/v1/members/{id}/assign-tag",
    "members",
    AssignTag,
    Member,
    MemberCommand::AssignTag,
    "Gives the member a tag, by hand or by a rule with its version and evidence."
);
endpoint!(
    remove_tag,
    "/v1/members/{id}/remove-tag",
    "members",
    RemoveTag,
    Member,
    MemberCommand::RemoveTag,
    "Takes a tag away. A rule takes only its own."
);
endpoint!(
    suspend,
    "/v1/members/{id}/suspend",
    "members",
    Suspend,
    Member,
    MemberCommand::Suspend,
    "Keeps the member from spending and giving points. Orders still earn."
);
endpoint!(
    reinstate,
    "/v1/members/{id}/reinstate",
    "members",
    Reinstate,
    Member,
    MemberCommand::Reinstate,
    "Lets the member spend again."
);
