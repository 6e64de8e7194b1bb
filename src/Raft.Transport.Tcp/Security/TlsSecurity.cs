using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Transport.Tcp;

/// <summary>
/// Authenticates and encrypts connections with TLS, on both sides. A certificate that is not accepted does not fail the TLS handshake: its
/// owner is then notified of the reason, over the encrypted connection, before it ends. Nothing else is sent or read on such a connection.
/// </summary>
internal sealed class TlsSecurity : IConnectionSecurity
{
    private readonly TcpTlsOptions _options;
    private readonly Func<SslStreamCertificateContext> _certificate;
    private readonly FileContent<X509Certificate2Collection>? _authorities;

    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="TcpTransportException">A file cannot be read.</exception>
    public TlsSecurity(TcpTlsOptions options, IClock clock, PeerReports reports)
    {
        _options = options;
        _certificate = CertificateSource.Create(options, clock, reports);
        _authorities = options.AuthorityFile is { } path
            ? new FileContent<X509Certificate2Collection>(
                [path],
                static pem => LoadAuthorities(pem[0]),
                clock,
                authorities => reports.CertificateReloaded(path, authorities.Min(static each => each.NotAfter)),
                reports.CertificateNotReloaded)
            : null;
    }

    public bool IsSecure => true;

    [SuppressMessage("Security", "CA5398", Justification = "TLS 1.2 is the lowest version that is allowed, whatever the system allows.")]
    [SuppressMessage("Security", "CA5359", Justification = "The result is in the PeerCertificate, and refuses the connection afterwards.")]
    public async ValueTask<SecuredStream> SecureAsync(IConnectionStream raw, bool isDialler, string host)
    {
        PeerCertificate peer = new();
        SslStream tls = new(new ConnectionBytes(raw), leaveInnerStreamOpen: false);
        try
        {
            const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            SslStreamCertificateContext own = _certificate();
            Task authenticating = isDialler
                ? tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ClientCertificateContext = own,
                    RemoteCertificateValidationCallback = peer.Check,
                    CertificateChainPolicy = CreatePolicy(),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    EnabledSslProtocols = Protocols,
                    AllowTlsResume = false,
                    AllowRenegotiation = false,
                })
                : tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = own,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = peer.Check,
                    CertificateChainPolicy = CreatePolicy(),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    EnabledSslProtocols = Protocols,
                    AllowTlsResume = false,
                    AllowRenegotiation = false,
                });
            await authenticating.ConfigureAwait(false);
            return new SecuredStream(new TlsStream(tls, raw), peer.Certificate, peer.Refusal);
        }
        catch (AuthenticationException exception)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new PeerException(
                PeerProblemKind.NotThisProtocol,
                $"the TLS handshake failed: {Innermost(exception).TrimEnd('.')}; check that both sides use TLS, 1.2 or later",
                exception);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new PeerException(
                PeerProblemKind.NotThisProtocol,
                $"the TLS handshake failed: {Innermost(exception).TrimEnd('.')}; look into its log, and check that it uses TLS too",
                exception);
        }
    }

    public string? FindProblem(X509Certificate2? certificate, NodeKey node)
    {
        if (certificate is null)
        {
            return "there is no certificate";
        }

        if (_options.Authorize is { } authorize)
        {
            return Ask(authorize, certificate, node);
        }

        if (CertificateNames.HasUri(certificate, node) || (_options.AllowDnsNames && CertificateNames.HasDnsName(certificate, node.NodeId)))
        {
            return null;
        }

        IReadOnlyList<string> uris = CertificateNames.Uris(certificate);
        string names = uris.Count == 0 ? "no URI" : string.Join(", ", uris.Take(5));
        return $"the certificate '{certificate.Subject}' does not speak for node {node}: it has {names}, and needs the URI "
            + CertificateNames.UriOf(node);
    }

    private static string? Ask(Func<X509Certificate2, string, NodeId, bool> authorize, X509Certificate2 certificate, NodeKey node)
    {
        try
        {
            return authorize(certificate, node.ClusterId, node.NodeId)
                ? null
                : $"the certificate '{certificate.Subject}' does not speak for node {node}, as {nameof(TcpTlsOptions.Authorize)} has "
                    + "decided";
        }
        // Users' code. What cannot be decided is refused.
        catch (Exception exception)
        {
            return $"{nameof(TcpTlsOptions.Authorize)} failed for node {node}: {exception.Message.TrimEnd('.')}";
        }
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        // OpenSSL says "error:0A00010B:SSL routines::wrong version number".
        string message = exception.Message;
        int source = message.LastIndexOf("::", StringComparison.Ordinal);
        return message.StartsWith("error:", StringComparison.Ordinal) && source >= 0 ? message[(source + 2)..] : message;
    }

    private static X509Certificate2Collection LoadAuthorities(string pem)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPem(pem);
        return authorities.Count > 0 ? authorities : throw new FormatException("it contains no certificate");
    }

    private X509ChainPolicy CreatePolicy()
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (_authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_authorities.Get());
        }

        return policy;
    }

    /// <summary>The certificate of the other side of one connection, and what is wrong with it.</summary>
    private sealed class PeerCertificate
    {
        public X509Certificate2? Certificate { get; private set; }

        public string? Refusal { get; private set; } = "it has presented no certificate: set one on both sides";

        public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (certificate is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
            {
                return true;
            }

            Certificate = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());

            // Not the name: it is checked for each node that is announced.
            Refusal = (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0 ? null : Describe(Certificate, chain);
            return true;
        }

        private static string Describe(X509Certificate2 certificate, X509Chain? chain)
        {
            X509ChainStatusFlags flags = chain?.ChainStatus.Aggregate(
                X509ChainStatusFlags.NoError, static (all, status) => all | status.Status) ?? X509ChainStatusFlags.PartialChain;
            string what = $"the certificate '{certificate.Subject}'";
            if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} or an authority of it is not valid now: it is valid from {certificate.NotBefore.ToUniversalTime():u} to "
                    + $"{certificate.NotAfter.ToUniversalTime():u}; renew it, or correct the clock");
            }

            if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            {
                return certificate.Subject == certificate.Issuer
                    ? $"{what} is self-signed and not trusted: use one of an authority in {nameof(TcpTlsOptions.AuthorityFile)}"
                    : $"{what} is from '{certificate.Issuer}', which is not trusted: use one of an authority in "
                        + $"{nameof(TcpTlsOptions.AuthorityFile)}, or add its authority";
            }

            string details = string.Join("; ", chain?.ChainStatus.Select(static status => status.StatusInformation.TrimEnd('.')) ?? []);
            return $"{what} is not valid: {details}";
        }
    }
}
