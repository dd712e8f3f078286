//! Connections to a server, with or without TLS.
use std::time::Duration;

use asyncgate_proto::asyncgate::v1::ErrorReason;
use tonic::metadata::errors::InvalidMetadataValue;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use crate::error::Error;

/// Finds a dead peer within 30 s.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How a server is trusted, in PEM. Endpoints that begin with `https://` use TLS, with or without this.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Tls {
    ca: Option<String>,
    identity: Option<(String, String)>,
    server_name: Option<String>,
}

impl Tls {
    /// Trusts what the operating system trusts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these authorities only.
    pub fn ca(mut self, pem: impl Into<String>) -> Self {
        self.ca = Some(pem.into());
        self
    }

    /// The client's certificate and key.
    pub fn identity(mut self, certificate_pem: impl Into<String>, key_pem: impl Into<String>) -> Self {
        self.identity = Some((certificate_pem.into(), key_pem.into()));
        self
    }

    /// The name in the server's certificate, if it differs from the endpoint's.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    fn config(&self) -> ClientTlsConfig {
        let mut config = ClientTlsConfig::new();
        config = match &self.ca {
            Some(pem) => config.ca_certificate(Certificate::from_pem(pem)),
            None => config.with_native_roots(),
        };
        if let Some((certificate, key)) = &self.identity {
            config = config.identity(Identity::from_pem(certificate, key));
        }
        if let Some(name) = &self.server_name {
            config = config.domain_name(name);
        }
        config
    }
}

/// What all connections of a client or a worker have in common.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) key: String,
    pub(crate) tls: Tls,
}

/// A channel that sends the key with each call.
pub type Transport = InterceptedService<Channel, Credential>;

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    endpoint: String,
    channel: Channel,
    credential: Credential,
}

/// Sends the key with each call, if there is one: a server judges a call by its certificate only without the header.
#[derive(Clone, Debug)]
pub struct Credential(Option<MetadataValue<Ascii>>);

impl Interceptor for Credential {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

impl Config {
    /// Connects with the first call, in the runtime that this is called in.
    pub(crate) fn connect(&self, endpoint: &str) -> Result<Connection, Error> {
        let invalid = |what: String| Error::of_kit(ErrorReason::InvalidArgument, what);
        let credential = self.credential().map_err(|_| invalid("the key has characters that no key has".to_owned()))?;
        let advice = "is no endpoint: write it as http://host:port or https://host:port";
        let wrong = || invalid(format!("{endpoint:?} {advice}"));
        let parsed = Endpoint::from_shared(endpoint.to_owned()).map_err(|_| wrong())?;
        let uri = parsed.uri();
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_web || uri.host().is_none() || !matches!(uri.path(), "" | "/") {
            return Err(wrong());
        }
        let mut builder = parsed
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .keep_alive_while_idle(true)
            .tcp_nodelay(true);
        if endpoint.starts_with("https:") {
            builder = builder.tls_config(self.tls.config()).map_err(|error| {
                invalid(format!("the TLS options cannot be used, check that they are PEM: {error}"))
            })?;
        }
        Ok(Connection { endpoint: endpoint.to_owned(), channel: builder.connect_lazy(), credential })
    }

    fn credential(&self) -> Result<Credential, InvalidMetadataValue> {
        if self.key.is_empty() {
            return Ok(Credential(None));
        }
        let mut value = format!("Bearer {}", self.key).parse::<MetadataValue<Ascii>>()?;
        value.set_sensitive(true);
        Ok(Credential(Some(value)))
    }
}

impl Connection {
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn transport(&self) -> Transport {
        InterceptedService::new(self.channel.clone(), self.credential.clone())
    }
}
