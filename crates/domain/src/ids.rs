//! Ids that rules share beyond those of the kernel.

use guanxi_kernel::typed_id;

typed_id! {
    /// A campaign: a batch of coupons with its budget.
    CampaignId;
    /// One coupon.
    CouponId;
    /// One call by which members are handed over from a guide to another.
    HandoverId;
    /// One payroll: what guides are paid at once.
    SettlementNo;
    /// A category of goods, as the assortment names it.
    CategoryId;
    /// A natural person behind several accounts, as the identity provider tells them apart.
    PersonId;
    /// A stock keeping unit, one code for all stores.
    Sku;
    /// A merchant account at a payment provider: who receives the money.
    MerchantId;
    /// Our number of one attempt to pay, unique per merchant account.
    OutTradeNo;
    /// The provider's number of a payment, or of what a till prints for cash and cards.
    TransactionId;
    /// The provider's number of a refund.
    RefundId;
    /// Our number of a refund, unique per merchant account.
    OutRefundNo;
    /// A tier of the loyalty programme, e.g. `silver`.
    TierCode;
    /// The number under which somebody asks for a refund, unique per order.
    RefundNo;
    /// A customer's wish to have money back, unique per order.
    AfterSaleId;
    /// Our number of a parcel, unique per order.
    ShipmentNo;
    /// What a customer shows to fetch goods.
    PickupCode;
}
