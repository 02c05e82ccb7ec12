//! What became of the messages of a transaction.

use std::sync::Mutex;

use rdkafka::ClientContext;
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;

/// Keeps the first failure: a failed message fails its transaction, and its error says why.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    failed: Mutex<Option<KafkaError>>,
}

impl Delivery {
    pub(crate) fn take_failure(&self) -> Option<KafkaError> {
        self.failed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
    }
}

impl ClientContext for Delivery {}

impl ProducerContext for Delivery {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): Self::DeliveryOpaque) {
        if let Err((error, _)) = result {
            self.failed
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .get_or_insert_with(|| error.clone());
        }
    }
}
