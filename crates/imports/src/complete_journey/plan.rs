//! The data set day by day, as the stores count days.

use guanxi_kernel::BusinessDate;

use super::data::{Campaign, DataSet, Line, Redemption};

/// What happens on one day.
#[derive(Debug)]
pub(super) struct Day<'a> {
    pub date: BusinessDate,
    /// Lines of the day, by time.
    pub lines: &'a [Line],
    /// Campaigns that begin; on the first day also those that had begun before.
    pub campaigns: Vec<&'a Campaign>,
    pub redemptions: Vec<&'a Redemption>,
}

/// All days that have lines or redemptions, in order.
pub(super) fn days(data: &DataSet) -> Vec<Day<'_>> {
    let mut days: Vec<Day<'_>> = data
        .lines
        .chunk_by(|a, b| data.zone.business_date(a.at()) == data.zone.business_date(b.at()))
        .filter_map(|lines| {
            let date = data.zone.business_date(lines.first()?.at());
            Some(Day {
                date,
                lines,
                campaigns: Vec::new(),
                redemptions: Vec::new(),
            })
        })
        .collect();
    let dates: Vec<BusinessDate> = days.iter().map(|day| day.date).collect();
    // A day without receipts (Christmas) has no entry of its own: what falls on it is done on the next day, or, behind
    // the last one, on that. It keeps its own date.
    let last = days.len().saturating_sub(1);
    let on_or_after = |date: BusinessDate| dates.partition_point(|day| *day < date).min(last);
    for campaign in &data.campaigns {
        if let Some(day) = days.get_mut(on_or_after(campaign.from)) {
            day.campaigns.push(campaign);
        }
    }
    for redemption in &data.redemptions {
        if let Some(day) = days.get_mut(on_or_after(redemption.day)) {
            day.redemptions.push(redemption);
        }
    }
    days
}
