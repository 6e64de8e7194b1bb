using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Cli.Certificates;

/// <summary>The PEM files of an authority and of the nodes it has issued certificates for.</summary>
/// <param name="directory">The folder.</param>
internal sealed class CertificateFolder(string directory)
{
    /// <summary>The file with the certificate of the authority.</summary>
    public const string AuthorityFile = "ca.pem";

    private const string AuthorityKeyFile = "ca-key.pem";

    /// <summary>The file with the certificate of a node.</summary>
    public static string CertificateFileOf(NodeId node) => $"{Uri.EscapeDataString(node.Value)}.pem";

    /// <summary>The file with the private key of a node.</summary>
    public static string KeyFileOf(NodeId node) => $"{Uri.EscapeDataString(node.Value)}-key.pem";

    /// <summary>The first file that writing the certificate of one of these nodes would replace; null if there is none.</summary>
    public string? FindExisting(IEnumerable<NodeId> nodes) =>
        nodes.SelectMany(static node => new[] { CertificateFileOf(node), KeyFileOf(node) }).Select(PathOf).FirstOrDefault(File.Exists);

    /// <summary>Reads the authority.</summary>
    /// <returns>Null if there is none yet.</returns>
    /// <exception cref="IOException">One of its two files is missing.</exception>
    /// <exception cref="CryptographicException">They do not contain a certificate and its key.</exception>
    public CertificateAuthority? ReadAuthority()
    {
        string certificate = PathOf(AuthorityFile);
        string key = PathOf(AuthorityKeyFile);
        return File.Exists(certificate) || File.Exists(key)
            ? new CertificateAuthority(X509Certificate2.CreateFromPemFile(certificate, key))
            : null;
    }

    /// <summary>Writes a new authority.</summary>
    /// <exception cref="IOException">A file exists already, or the disk reports an error.</exception>
    public void Write(CertificateAuthority authority) => Write(authority.Certificate, AuthorityFile, AuthorityKeyFile);

    /// <summary>Writes the certificate of a node.</summary>
    /// <exception cref="IOException">A file exists already, or the disk reports an error.</exception>
    public void Write(NodeId node, X509Certificate2 certificate) => Write(certificate, CertificateFileOf(node), KeyFileOf(node));

    private void Write(X509Certificate2 certificate, string certificateFile, string keyFile)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        Directory.CreateDirectory(directory);
        Write(keyFile, key.ExportPkcs8PrivateKeyPem(), isPrivate: true);
        Write(certificateFile, certificate.ExportCertificatePem(), isPrivate: false);
    }

    private void Write(string file, string pem, bool isPrivate)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isPrivate && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using StreamWriter writer = new(PathOf(file), options);
        writer.WriteLine(pem);
    }

    private string PathOf(string file) => Path.Combine(directory, file);
}
