using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Benchmarks.Tcp;

/// <summary>An authority and a certificate of it, for nodes of this process that use TLS with each other.</summary>
internal sealed class BenchmarkAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-benchmark-").FullName;
    private readonly X509Certificate2 _certificate;

    public BenchmarkAuthority()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority = new("CN=Benchmark authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 root = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(AuthorityFile, root.ExportCertificatePem());

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Benchmark", key, HashAlgorithmName.SHA256);
        using X509Certificate2 issued = request.Create(root, now.AddDays(-1), now.AddDays(1), [1]);
        _certificate = issued.CopyWithPrivateKey(key);
    }

    private string AuthorityFile => Path.Combine(_folder, "ca.pem");

    /// <summary>The options of a node. The certificate speaks for all nodes.</summary>
    public TcpTlsOptions CreateOptions() => new()
    {
        Certificate = _certificate,
        AuthorityFile = AuthorityFile,
        Authorize = static (_, _, _) => true,
    };

    public void Dispose()
    {
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
