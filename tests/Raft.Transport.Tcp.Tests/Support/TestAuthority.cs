using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Transport.Tcp.Tests;

/// <summary>An authority that issues certificates, as files too.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-tls-").FullName;
    private int _issued;

    public TestAuthority(string name = "Test authority")
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        AuthorityFile = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(AuthorityFile, _certificate.ExportCertificatePem());
    }

    public string AuthorityFile { get; }

    /// <summary>Issues a certificate for nodes of a cluster.</summary>
    public X509Certificate2 Issue(string cluster, params string[] nodes) => Issue(cluster, nodes, dnsNames: [], expired: false);

    public X509Certificate2 Issue(string cluster, string[] nodes, string[] dnsNames, bool expired)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CreateRequest(key, cluster, nodes, dnsNames);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 issued = request.Create(
            _certificate,
            now.AddYears(-1),
            expired ? now.AddDays(-1) : now.AddYears(1),
            [1, 2, 3, (byte)Interlocked.Increment(ref _issued)]);
        return issued.CopyWithPrivateKey(key);
    }

    public static X509Certificate2 SelfSigned(string cluster, params string[] nodes)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return CreateRequest(key, cluster, nodes, []).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Writes a certificate and its key to files.</summary>
    public TcpTlsOptions Write(string name, X509Certificate2 certificate)
    {
        TcpTlsOptions options = new()
        {
            CertificateFile = Path.Combine(_folder, $"{name}.pem"),
            KeyFile = Path.Combine(_folder, $"{name}.key"),
            AuthorityFile = AuthorityFile,
        };
        File.WriteAllText(options.KeyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(options.CertificateFile, certificate.ExportCertificatePem());
        return options;
    }

    public TcpTransportOptions Options(X509Certificate2 certificate) =>
        new() { Tls = new TcpTlsOptions { Certificate = certificate, AuthorityFile = AuthorityFile } };

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static CertificateRequest CreateRequest(ECDsa key, string cluster, string[] nodes, string[] dnsNames)
    {
        CertificateRequest request = new($"CN={string.Join('+', nodes)}", key, HashAlgorithmName.SHA256);
        IEnumerable<string> uris = nodes.Select(node => CertificateNames.UriOf(new NodeKey(cluster, node)));
        request.CertificateExtensions.Add(AlternativeNames(uris, dnsNames));
        OidCollection usages = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")]; // server, client
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        return request;
    }

    /// <summary>Not with the builder of the platform: its URIs have hosts in lower case, and no escapes in them.</summary>
    private static X509SubjectAlternativeNameExtension AlternativeNames(IEnumerable<string> uris, IEnumerable<string> dnsNames)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(IPAddress.Loopback.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
            foreach (string uri in uris)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }

            foreach (string name in dnsNames)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
            }
        }

        return new X509SubjectAlternativeNameExtension(writer.Encode());
    }
}
