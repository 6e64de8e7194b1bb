using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Cli.Certificates;

/// <summary>Signs the certificates of the nodes of one cluster.</summary>
/// <param name="certificate">Its own certificate, with the private key.</param>
internal sealed class CertificateAuthority(X509Certificate2 certificate) : IDisposable
{
    private const int YearsOfTheAuthority = 10;
    private const int SerialNumberBytes = 16;
    private const int LongestCommonName = 64; // RFC 5280, appendix A
    private const int LongestDnsLabel = 63;
    private const string AlternativeNamesOid = "2.5.29.17";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);
    private static readonly Asn1Tag DnsNameTag = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>Its certificate.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>Creates an authority with a new key.</summary>
    /// <param name="clusterId">The name of the cluster.</param>
    /// <param name="now">The current time.</param>
    public static CertificateAuthority Create(string clusterId, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(NameOf($"Raft authority of {clusterId}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new CertificateAuthority(request.CreateSelfSigned(now - ClockTolerance, now.AddYears(YearsOfTheAuthority)));
    }

    /// <summary>Issues the certificate of a node, for both sides of a connection.</summary>
    /// <param name="clusterId">The name of the cluster.</param>
    /// <param name="node">The node.</param>
    /// <param name="now">The current time.</param>
    /// <param name="days">How many days it is valid; not longer than the authority's certificate.</param>
    /// <returns>The certificate, with its private key.</returns>
    public X509Certificate2 Issue(string clusterId, NodeId node, DateTimeOffset now, int days)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(NameOf(node.Value), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(AlternativeNames(clusterId, node));

        DateTimeOffset end = now.AddDays(days);
        DateTimeOffset endOfAuthority = certificate.NotAfter;
        using X509Certificate2 signed = request.Create(
            certificate,
            now - ClockTolerance,
            end < endOfAuthority ? end : endOfAuthority,
            RandomNumberGenerator.GetBytes(SerialNumberBytes));
        return signed.CopyWithPrivateKey(key);
    }

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();

    /// <summary>
    /// The URI of the node, and its id as a DNS name if it can be one. They are written here because <see cref="Uri"/> changes the case of
    /// a cluster's name.
    /// </summary>
    private static X509Extension AlternativeNames(string clusterId, NodeId node)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(
                UniversalTagNumber.IA5String, $"raft://{Uri.EscapeDataString(clusterId)}/{Uri.EscapeDataString(node.Value)}", UriTag);
            if (IsDnsName(node.Value))
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, node.Value, DnsNameTag);
            }
        }

        return new X509Extension(AlternativeNamesOid, writer.Encode(), critical: false);
    }

    private static bool IsDnsName(string id) => Array.TrueForAll(id.Split('.'), static label =>
        label.Length is > 0 and <= LongestDnsLabel && !label.StartsWith('-') && !label.EndsWith('-')
        && label.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'));

    private static X500DistinguishedName NameOf(string commonName)
    {
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(commonName.Length <= LongestCommonName ? commonName : commonName[..LongestCommonName]);
        return name.Build();
    }
}
