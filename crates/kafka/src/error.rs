//! Errors of librdkafka, sorted by what can be done about them. docs/kafka.md holds the same table in words.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// Why nothing was published, or it is not known whether it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// A newer publisher has the transactional id. This one must not go on, and must not come back at once.
    #[error("fenced: another relay has taken over ({0})")]
    Fenced(String),
    /// Something that only a person can mend.
    #[error("{0}")]
    Refused(String),
    /// May pass: begin anew, with a new producer that reads the position again.
    #[error("for now: {0}")]
    Transient(String),
}

impl From<KafkaError> for PublishError {
    fn from(error: KafkaError) -> Self {
        let text = error.to_string();
        match error.rdkafka_error_code() {
            Some(Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch) => Self::Fenced(text),
            Some(code) => Self::of(code, text),
            None => match error {
                KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) => {
                    Self::Refused(format!("configuration of Kafka: {text}"))
                }
                _ => Self::Transient(text),
            },
        }
    }
}

impl PublishError {
    pub(crate) fn of(code: Code, text: String) -> Self {
        match code {
            Code::MessageSizeTooLarge | Code::InvalidMessageSize => Self::Refused(format!(
                "a message is larger than the brokers take ({text}); raise max.message.bytes of the topic"
            )),
            Code::TopicAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed
            | Code::SaslAuthenticationFailed
            | Code::Authentication => Self::Refused(format!(
                "Kafka does not let us ({text}); grant it the rights of docs/kafka.md"
            )),
            Code::UnsupportedVersion | Code::UnsupportedFeature => Self::Refused(format!(
                "the brokers are too old ({text}); Kafka 4 or newer is needed"
            )),
            Code::InvalidTransactionTimeout => Self::Refused(format!(
                "the brokers do not allow kafka.transaction_timeout_ms ({text}); lower it"
            )),
            _ => Self::Transient(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(code: Code) -> PublishError {
        PublishError::from(KafkaError::MessageProduction(code))
    }

    #[test]
    fn fencing_is_never_taken_for_an_outage() {
        assert!(matches!(sorted(Code::ProducerFenced), PublishError::Fenced(_)));
        assert!(matches!(
            sorted(Code::InvalidProducerEpoch),
            PublishError::Fenced(_)
        ));
        assert!(matches!(sorted(Code::Fenced), PublishError::Fenced(_)));
    }

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_refused() {
        assert!(matches!(sorted(Code::AllBrokersDown), PublishError::Transient(_)));
        assert!(matches!(
            sorted(Code::NotEnoughReplicas),
            PublishError::Transient(_)
        ));
        assert!(matches!(
            sorted(Code::MessageSizeTooLarge),
            PublishError::Refused(_)
        ));
        assert!(matches!(
            sorted(Code::TopicAuthorizationFailed),
            PublishError::Refused(_)
        ));
    }
}
