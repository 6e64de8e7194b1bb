using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Transport.Tcp;

/// <summary>The certificate of this process, for each new connection.</summary>
internal static class CertificateSource
{
    /// <summary>Returns the source that the options name.</summary>
    /// <exception cref="ArgumentException">They name none, or several.</exception>
    /// <exception cref="TcpTransportException">The file cannot be read.</exception>
    public static Func<SslStreamCertificateContext> Create(TcpTlsOptions options, IClock clock, PeerReports reports)
    {
        object?[] all = [options.CertificateFile, options.Certificate, options.SelectCertificate];
        int sources = all.Count(static source => source is not null);
        if (sources != 1)
        {
            throw new ArgumentException(
                $"{sources} sources of the certificate are set: set one of {nameof(options.CertificateFile)}, "
                + $"{nameof(options.Certificate)} and {nameof(options.SelectCertificate)}. Both sides of a connection need a certificate.");
        }

        if (options.CertificateFile is { } path)
        {
            string[] paths = options.KeyFile is { } key ? [path, key] : [path];
            FileContent<SslStreamCertificateContext> content = new(
                paths,
                static pem => Load(pem[0], pem[^1]),
                clock,
                context => reports.CertificateReloaded(path, context.TargetCertificate.NotAfter),
                reports.CertificateNotReloaded);
            return content.Get;
        }

        if (options.Certificate is { } certificate)
        {
            SslStreamCertificateContext context = Context(certificate, []);
            return () => context;
        }

        Func<X509Certificate2> select = options.SelectCertificate!;
        return () => Context(select(), []);
    }

    private static SslStreamCertificateContext Load(string certificatePem, string keyPem)
    {
        X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        if (OperatingSystem.IsWindows())
        {
            // There, TLS cannot use a key that exists in memory only.
            certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }

        X509Certificate2Collection all = [];
        all.ImportFromPem(certificatePem);
        return Context(certificate, [.. all.Skip(1)]);
    }

    private static SslStreamCertificateContext Context(X509Certificate2 certificate, X509Certificate2Collection intermediates) =>
        certificate.HasPrivateKey
            ? SslStreamCertificateContext.Create(certificate, intermediates, offline: true)
            : throw new ArgumentException(
                $"The certificate '{certificate.Subject}' has no private key: a process needs it to present the certificate.");
}
