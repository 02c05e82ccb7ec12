//! Why a campaign says no.

use guanxi_kernel::{BusinessDate, Channel, Refusal, Timestamp};

/// Why a campaign says no.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CampaignRefusal {
    /// No such campaign.
    #[error("there is no such campaign")]
    Unknown,
    /// The id is in use, with other rules.
    #[error("a campaign with this id exists already, with other rules")]
    AlreadyExists,
    /// The rules make no sense.
    #[error("the campaign's rules make no sense: {0}")]
    InvalidTerms(&'static str),
    /// Not activated yet, or paused.
    #[error("the campaign is not active")]
    NotActive,
    /// Over.
    #[error("the campaign has ended")]
    Ended,
    /// Too early.
    #[error("coupons can be claimed from {0}")]
    NotStarted(Timestamp),
    /// Every coupon has been claimed.
    #[error("all coupons of the campaign have been claimed")]
    SoldOut,
    /// Every coupon of the day has been claimed.
    #[error("all coupons for {0} have been claimed")]
    DayCapReached(BusinessDate),
    /// The member has had all that one member may.
    #[error("the member has claimed {0}, the most that one member may")]
    MemberCapReached(u32),
    /// The person has had all that one person may.
    #[error("the person has claimed {0}, the most that one person may")]
    PersonCapReached(u32),
    /// There is a cap per person, and the person is not known.
    #[error("the campaign counts by natural person, so the claim must name one")]
    PersonRequired,
    /// Not through this channel.
    #[error("coupons cannot be claimed through {}", .0.as_ref().map_or("an unnamed channel", Channel::as_str))]
    ChannelNotAllowed(Option<Channel>),
    /// The caller knew other caps.
    #[error("the campaign's budget was changed meanwhile; look at it again")]
    BudgetChanged,
    /// Fewer than have been claimed.
    #[error("{0} coupons have been claimed already")]
    BudgetBelowClaimed(u32),
    /// A cap on what nobody has counted.
    #[error("a cap per day, member or person cannot be added to a campaign that began without it")]
    BudgetUncounted,
    /// Its shards answer claims.
    #[error("the claims of this campaign are answered by its shards")]
    InShards,
    /// It has no such shard.
    #[error("the campaign has no shard {0}")]
    UnknownShard(u16),
    /// All is leased, and not all is known to be claimed.
    #[error("the whole quota is with the shards")]
    QuotaLeasedOut,
    /// A shard says more than it can have.
    #[error("shard {0} tells of more coupons than it was leased")]
    QuotaMismatch(u16),
    /// The shard has nothing to give.
    #[error("this shard of the campaign has no coupons left")]
    ShardDry,
    /// The shard does not know the rules yet.
    #[error("this shard of the campaign has not been told its rules yet")]
    ShardUninformed,
}

impl Refusal for CampaignRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "campaign.unknown",
            Self::AlreadyExists => "campaign.already_exists",
            Self::InvalidTerms(_) => "campaign.invalid_terms",
            Self::NotActive => "campaign.not_active",
            Self::Ended => "campaign.ended",
            Self::NotStarted(_) => "campaign.not_started",
            Self::SoldOut => "campaign.sold_out",
            Self::DayCapReached(_) => "campaign.day_cap_reached",
            Self::MemberCapReached(_) => "campaign.member_cap_reached",
            Self::PersonCapReached(_) => "campaign.person_cap_reached",
            Self::PersonRequired => "campaign.person_required",
            Self::ChannelNotAllowed(_) => "campaign.channel_not_allowed",
            Self::BudgetChanged => "campaign.budget_changed",
            Self::BudgetBelowClaimed(_) => "campaign.budget_below_claimed",
            Self::BudgetUncounted => "campaign.budget_uncounted",
            Self::InShards => "campaign.in_shards",
            Self::UnknownShard(_) => "campaign.unknown_shard",
            Self::QuotaLeasedOut => "campaign.quota_leased_out",
            Self::QuotaMismatch(_) => "campaign.quota_mismatch",
            Self::ShardDry => "campaign.shard_dry",
            Self::ShardUninformed => "campaign.shard_uninformed",
        }
    }
}
