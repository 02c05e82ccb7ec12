//! The pages of a campaign's refusals.

use crate::refusal::RefusalDoc;

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "campaign.unknown",
        "Unknown campaign",
        "No campaign was created under this id.",
        "Create it first, or check the id.",
    ),
    RefusalDoc::new(
        "campaign.already_exists",
        "Campaign exists",
        "A campaign with other rules was created under this id.",
        "Choose a new id. Repeating the same campaign changes nothing and is no error.",
    ),
    RefusalDoc::new(
        "campaign.invalid_terms",
        "The rules make no sense",
        "An amount, a percentage, a time or a cap of the campaign contradicts itself or is out of range.",
        "Correct what the message names.",
    ),
    RefusalDoc::new(
        "campaign.not_active",
        "Campaign not active",
        "The campaign was not activated yet, or is paused.",
        "Activate it, or try again later.",
    ),
    RefusalDoc::new(
        "campaign.ended",
        "Campaign ended",
        "The campaign has ended; no coupon of it can be claimed any more.",
        "Create a new campaign.",
    ),
    RefusalDoc::new(
        "campaign.not_started",
        "Too early",
        "Coupons of this campaign can be claimed from a later instant on.",
        "Try again from the instant that the message names.",
    ),
    RefusalDoc::new(
        "campaign.sold_out",
        "Sold out",
        "Every coupon of the campaign has been claimed.",
        "Nothing; the cap is exact.",
    ),
    RefusalDoc::new(
        "campaign.day_cap_reached",
        "Sold out for the day",
        "Every coupon of that day, in the campaign's time zone, has been claimed.",
        "Try again on the next day.",
    ),
    RefusalDoc::new(
        "campaign.member_cap_reached",
        "Enough for this member",
        "The member has claimed as many coupons as one member may.",
        "Nothing.",
    ),
    RefusalDoc::new(
        "campaign.person_cap_reached",
        "Enough for this person",
        "The person behind the member has claimed as many coupons as one person may, perhaps as another member.",
        "Nothing.",
    ),
    RefusalDoc::new(
        "campaign.person_required",
        "Person unknown",
        "The campaign counts by natural person, and the claim names none.",
        "Send the person's id as the identity provider gives it.",
    ),
    RefusalDoc::new(
        "campaign.channel_not_allowed",
        "Wrong channel",
        "Coupons of this campaign cannot be claimed through this channel.",
        "Claim through one of the campaign's channels.",
    ),
    RefusalDoc::new(
        "campaign.budget_changed",
        "Somebody was faster",
        "The campaign's caps are not those that the caller expected: somebody has amended them meanwhile.",
        "Read the campaign again, and decide again.",
    ),
    RefusalDoc::new(
        "campaign.budget_below_claimed",
        "Fewer than are out",
        "More coupons have been claimed than the campaign would give in all.",
        "Choose at least the number that the message names, or end the campaign.",
    ),
    RefusalDoc::new(
        "campaign.budget_uncounted",
        "Nobody has counted",
        "A cap per day, member or person counts from the first claim on, so it cannot be added later.",
        "End the campaign and create one with the cap.",
    ),
    RefusalDoc::new(
        "campaign.in_shards",
        "Ask a shard",
        "The campaign was set up in shards, so its own stream answers no claims.",
        "Claim over HTTP, which finds the shard.",
    ),
    RefusalDoc::new(
        "campaign.unknown_shard",
        "Unknown shard",
        "The campaign has no shard of this number, or none at all.",
        "Nothing; shards are asked by the program, not by callers.",
    ),
    RefusalDoc::new(
        "campaign.quota_leased_out",
        "Everything is with the shards",
        "The campaign has nothing left to lease, but not all of it is known to be claimed.",
        "Nothing: the claim asks the other shards before it says sold out.",
    ),
    RefusalDoc::new(
        "campaign.quota_mismatch",
        "A shard's sums do not add up",
        "A shard tells of more coupons returned and claimed than it was ever leased. This cannot happen by itself.",
        "Compare the streams of the campaign and of the shard (`guanxi replay`), and find out who appended to them.",
    ),
    RefusalDoc::new(
        "campaign.shard_dry",
        "This shard is dry",
        "The member's shard has no coupons at the moment; others may.",
        "Nothing; a claim over HTTP fetches more by itself, and says 503 where too many compete for the last ones.",
    ),
    RefusalDoc::new(
        "campaign.shard_uninformed",
        "The shard does not know its rules",
        "The campaign has just been activated, and its rules have not reached the member's shard.",
        "Nothing; a claim over HTTP tells it by itself.",
    ),
    RefusalDoc::new(
        "campaign.coupon_taken",
        "Coupon id in use",
        "The id chosen for the coupon belongs to a coupon of another campaign.",
        "Choose a new id.",
    ),
];
