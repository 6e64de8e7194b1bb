using System.Security.Cryptography.X509Certificates;

namespace Raft;

/// <summary>
/// How processes authenticate each other, and encrypt their connections, with TLS 1.2 or later. Both sides of a connection present a
/// certificate. Set one source of the certificate: <see cref="CertificateFile"/>, <see cref="Certificate"/> or
/// <see cref="SelectCertificate"/>.
/// </summary>
/// <remarks>
/// A certificate speaks for a node if it has the URI <c>raft://CLUSTER/NODE</c> as a subject alternative name, with both parts escaped as
/// in a URI. It may have several. See <see cref="AllowDnsNames"/> and <see cref="Authorize"/> for other ways.
/// </remarks>
public sealed class TcpTlsOptions
{
    /// <summary>
    /// Gets or sets the path of a PEM file with the certificate of this process, followed by intermediate ones if there are any. It is read
    /// again when it changes, and used for new connections. Default null.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>
    /// Gets or sets the path of the PEM file with the private key, not encrypted. Default null: the key is in
    /// <see cref="CertificateFile"/>.
    /// </summary>
    public string? KeyFile { get; set; }

    /// <summary>Gets or sets the certificate of this process, with its private key. Default null.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>
    /// Gets or sets a callback that returns the certificate of this process for each new connection. It may be called on any thread, and
    /// must not block. Default null.
    /// </summary>
    public Func<X509Certificate2>? SelectCertificate { get; set; }

    /// <summary>
    /// Gets or sets the path of a PEM file with the certificates of the authorities that this process trusts, and no others. It is read
    /// again when it changes. Default null: those that the system trusts.
    /// </summary>
    public string? AuthorityFile { get; set; }

    /// <summary>
    /// Gets or sets whether a certificate also speaks for a node whose id is a DNS name of the certificate, compared without case. Default
    /// false. Set it only if the authority serves this cluster alone: the name does not say which cluster it is for.
    /// </summary>
    public bool AllowDnsNames { get; set; }

    /// <summary>
    /// Gets or sets a callback that decides whether a certificate, which is valid and trusted, speaks for a node; the arguments are the
    /// certificate, the cluster and the node. It replaces the check of names. It may be called on any thread, and must not block. Default
    /// null.
    /// </summary>
    public Func<X509Certificate2, string, NodeId, bool>? Authorize { get; set; }

    internal TcpTlsOptions Copy() => (TcpTlsOptions)MemberwiseClone();
}
