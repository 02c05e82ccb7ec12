//! By what a member is known: always sealed, and unique over all members by a claim.

use std::fmt;

use guanxi_kernel::claim::LookupHash;
use guanxi_kernel::{ClaimKey, Sealed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The scopes of all identity claims begin with this.
pub const SCOPE_PREFIX: &str = "member.identity";

/// What kind of sign it is by which a member is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// WeChat openid, which is unique within one appid.
    Openid,
    /// WeChat unionid, the same person over the appids of one open-platform account.
    Unionid,
    /// WeCom external user id.
    Wecom,
    /// Mobile number in E.164, e.g. `+8613800138000`.
    Phone,
    /// Number of a physical card.
    Card,
    /// Number in the point-of-sale system.
    Pos,
}

/// A sign by which a member is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// What kind.
    pub kind: IdentityKind,
    /// Within which account of the issuer it is unique: the appid of an openid, the corp id of a WeCom id. Not personal.
    #[serde(default)]
    pub issuer: Option<String>,
    /// The sign itself.
    pub value: Sealed<String>,
    /// Its look-up hash, made with [`lookup_kind`], by which nobody else can have it.
    pub lookup: Sealed<LookupHash>,
}

impl IdentityKind {
    /// The scope of its claims.
    #[must_use]
    pub fn scope(self) -> &'static str {
        match self {
            Self::Openid => "member.identity.openid",
            Self::Unionid => "member.identity.unionid",
            Self::Wecom => "member.identity.wecom",
            Self::Phone => "member.identity.phone",
            Self::Card => "member.identity.card",
            Self::Pos => "member.identity.pos",
        }
    }

    /// Its stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.scope().rsplit('.').next().unwrap_or_default()
    }
}

impl fmt::Display for IdentityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The `kind` under which the vault makes the look-up hash of an identity: kind and issuer, so that the same openid
/// text of two appids is two identities.
#[must_use]
pub fn lookup_kind(kind: IdentityKind, issuer: Option<&str>) -> String {
    match issuer {
        Some(issuer) => format!("{kind}:{issuer}"),
        None => kind.to_string(),
    }
}

impl Identity {
    /// The claim that holds it.
    #[must_use]
    pub fn claim(&self) -> ClaimKey {
        ClaimKey::sealed(self.kind.scope(), self.lookup.clone())
    }

    /// Whether both are the same sign, as far as one can see without opening: those of one subject.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.is(other.kind, other.issuer.as_deref(), &other.value)
    }

    /// Whether this is the sign so described.
    #[must_use]
    pub fn is(&self, kind: IdentityKind, issuer: Option<&str>, value: &Sealed<String>) -> bool {
        self.kind == kind && self.issuer.as_deref() == issuer && self.value.same_as(value)
    }
}
