//! One instruction, and how what happens changes it.

use guanxi_domain::order::{CloseRequested, InstructionNote, QueryRequested, RefundRequested, Tender};
use guanxi_kernel::{Fen, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstructionKind {
    /// Close an attempt at the provider.
    Close,
    /// Send a refund.
    Refund,
    /// Look an attempt up, and report what the provider says.
    Query,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstructionStatus {
    /// Nobody has taken it.
    Open,
    /// The payment service has it.
    Acknowledged,
    /// It could not be carried out yet, or somebody must act.
    Trouble,
    /// Its result is known.
    Done,
    /// The provider has closed the refund; it is to be asked for again under a new number.
    Failed,
}

/// An instruction with everything that carrying it out takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Instruction {
    /// What.
    pub kind: InstructionKind,
    /// How far.
    pub status: InstructionStatus,
    /// Log position at which it was given: the list's order.
    pub given_at_position: u64,
    /// The order.
    pub order_id: String,
    /// Whose sale it is.
    pub store_id: String,
    /// At which provider.
    pub provider: String,
    /// With what the payment was made; points and stored value go back without the payment service.
    pub tender: Option<Tender>,
    /// Whose account.
    pub mchid: Option<String>,
    /// The attempt.
    pub out_trade_no: Option<String>,
    /// The payment.
    pub transaction_id: Option<String>,
    /// Our number of the refund.
    pub out_refund_no: Option<String>,
    /// What to give back.
    pub amount_fen: Option<Fen>,
    /// Order amount of the payment, as the provider wants it repeated.
    pub payment_fen: Option<Fen>,
    /// Why.
    pub reason: String,
    /// When it was taken.
    pub acknowledged_at: Option<Timestamp>,
    /// How often it could not be carried out.
    pub troubles: u32,
    /// Why not, the last time.
    pub trouble: Option<String>,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
    /// What came of it: `closed`, `paid`, `refunded`.
    pub result: Option<String>,
}

impl Instruction {
    fn given(kind: InstructionKind, order_id: &str, store_id: &str, provider: &str, position: u64) -> Self {
        Self {
            kind,
            status: InstructionStatus::Open,
            given_at_position: position,
            order_id: order_id.to_owned(),
            store_id: store_id.to_owned(),
            provider: provider.to_owned(),
            tender: None,
            mchid: None,
            out_trade_no: None,
            transaction_id: None,
            out_refund_no: None,
            amount_fen: None,
            payment_fen: None,
            reason: String::new(),
            acknowledged_at: None,
            troubles: 0,
            trouble: None,
            retry_at: None,
            result: None,
        }
    }

    /// An attempt is to be closed.
    pub(super) fn close(order_id: &str, it: &CloseRequested, position: u64) -> Self {
        Self {
            mchid: Some(it.mchid.to_string()),
            out_trade_no: Some(it.out_trade_no.to_string()),
            reason: it.reason.clone(),
            ..Self::given(
                InstructionKind::Close,
                order_id,
                it.store_id.as_str(),
                &it.provider,
                position,
            )
        }
    }

    /// An attempt is to be looked up.
    pub(super) fn query(order_id: &str, it: &QueryRequested, position: u64) -> Self {
        Self {
            mchid: Some(it.mchid.to_string()),
            out_trade_no: Some(it.out_trade_no.to_string()),
            reason: it.reason.clone(),
            ..Self::given(
                InstructionKind::Query,
                order_id,
                it.store_id.as_str(),
                &it.provider,
                position,
            )
        }
    }

    /// Money is to go back.
    pub(super) fn refund(order_id: &str, it: &RefundRequested, reason: String, position: u64) -> Self {
        Self {
            tender: Some(it.tender),
            transaction_id: Some(it.transaction_id.to_string()),
            out_refund_no: Some(it.out_refund_no.to_string()),
            amount_fen: Some(it.amount_fen),
            payment_fen: Some(it.payment_fen),
            reason,
            ..Self::given(
                InstructionKind::Refund,
                order_id,
                it.store_id.as_str(),
                &it.provider,
                position,
            )
        }
    }

    /// Whether its result is known.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.status, InstructionStatus::Done | InstructionStatus::Failed)
    }

    /// Its result is known, for good.
    pub(super) fn done(&mut self, result: &str) {
        self.status = InstructionStatus::Done;
        self.result = Some(result.to_owned());
        self.retry_at = None;
    }

    /// The provider has closed the refund. What was seen to succeed stays done.
    pub(super) fn failed(&mut self) {
        if self.status != InstructionStatus::Done {
            self.status = InstructionStatus::Failed;
            self.retry_at = None;
        }
    }

    /// It hangs.
    pub(super) fn hangs(&mut self, reason: &str, retry_at: Option<Timestamp>) {
        if !self.is_settled() {
            self.status = InstructionStatus::Trouble;
            self.troubles = self.troubles.saturating_add(1);
            self.trouble = Some(reason.to_owned());
            self.retry_at = retry_at;
        }
    }

    /// The payment service said something of it.
    pub(super) fn noted(&mut self, note: &InstructionNote, at: Timestamp) {
        match note {
            InstructionNote::Acknowledged if !self.is_settled() => {
                self.status = InstructionStatus::Acknowledged;
                self.acknowledged_at = Some(at);
                self.retry_at = None;
            }
            InstructionNote::Acknowledged => {}
            InstructionNote::Trouble { reason, retry_at } => self.hangs(reason, *retry_at),
        }
    }
}
