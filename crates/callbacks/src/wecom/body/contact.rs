//! `change_external_contact`: a guide and a customer. The relation is per pair; a customer may follow several guides.

use std::fmt;

use super::head::BodyError;
use crate::wecom::xml::Fields;
use crate::words::open_enum;

open_enum! {
    /// What changed between a member of the company and a customer.
    ContactChangeType {
        Added = "add_external_contact",
        HalfAdded = "add_half_external_contact",
        Edited = "edit_external_contact",
        DeletedByGuide = "del_external_contact",
        DeletedByCustomer = "del_follow_user",
        TransferFailed = "transfer_fail",
        ArchivingAgreed = "msg_audit_approved",
    }
}

open_enum! {
    /// Why a member of the company deleted a customer.
    DeletionSource {
        Transfer = "DELETE_BY_TRANSFER",
    }
}

open_enum! {
    /// Why a customer was not taken over.
    FailReason {
        CustomerRefused = "customer_refused",
        GuideFull = "customer_limit_exceed",
    }
}

/// A customer's id within a company. Never printed: it names a person.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalUserId(pub String);

impl fmt::Debug for ExternalUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalUserId(…)")
    }
}

/// A change between a member of the company and a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChange {
    /// What changed.
    pub change_type: ContactChangeType,
    /// The member of the company; where a transfer failed, the one who was to take over.
    pub user_id: String,
    /// The customer.
    pub external_user_id: ExternalUserId,
    /// What the contact-me code or the acquisition link was made for.
    pub state: Option<String>,
    /// Why the customer was deleted.
    pub source: Option<DeletionSource>,
    /// Why the customer was not taken over.
    pub fail_reason: Option<FailReason>,
    /// Whether a welcome may be sent; the code itself lives for seconds and is of no use here.
    pub may_be_welcomed: bool,
}

impl ContactChange {
    pub(super) fn read(change_type: ContactChangeType, fields: &Fields) -> Result<Self, BodyError> {
        let required = |name: &'static str| {
            fields
                .get(name)
                .map(str::to_owned)
                .ok_or(BodyError::Missing(name))
        };
        let optional = |name: &str| fields.get(name).map(str::to_owned);
        Ok(Self {
            change_type,
            user_id: required("UserID")?,
            external_user_id: ExternalUserId(required("ExternalUserID")?),
            state: optional("State"),
            source: optional("Source").map(DeletionSource::from),
            fail_reason: optional("FailReason").map(FailReason::from),
            may_be_welcomed: fields.get("WelcomeCode").is_some(),
        })
    }
}
