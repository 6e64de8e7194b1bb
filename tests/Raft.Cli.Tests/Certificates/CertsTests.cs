using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Raft.Cli.Tests.Certificates;

public sealed class CertsTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("raft-certs-").FullName, "new");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void Certs_NewFolder_WritesAnAuthorityAndAFilePairPerNode()
    {
        Tool tool = Run("--cluster", "Orders", "--nodes", "n1,n2", "--out", _folder);

        Assert.Equal((ExitCode.Sound, ""), (tool.Code, tool.Error));
        Assert.Equal(
            ["ca-key.pem", "ca.pem", "n1-key.pem", "n1.pem", "n2-key.pem", "n2.pem"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Certs_CertificateOfANode_IsSignedByTheAuthorityForBothSidesOfAConnection()
    {
        Run("--cluster", "Orders", "--nodes", "n1", "--out", _folder);

        using X509Certificate2 authority = Certificate("ca");
        using X509Certificate2 node = CertificateWithKey("n1");
        Assert.True(node.HasPrivateKey);
        foreach (string purpose in (string[])["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"])
        {
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
            Assert.True(chain.Build(node), string.Join(", ", chain.ChainStatus.Select(static status => status.StatusInformation)));
        }
    }

    [Theory]
    [InlineData("Orders", "n1", "raft://Orders/n1", "n1")]
    [InlineData("all orders", "rack 1/n1", "raft://all%20orders/rack%201%2Fn1", null)]
    public void Certs_CertificateOfANode_NamesClusterAndNode(string cluster, string id, string uri, string? dnsName)
    {
        Run("--cluster", cluster, "--nodes", id, "--out", _folder);

        using X509Certificate2 node = Certificate(Uri.EscapeDataString(id));
        X509SubjectAlternativeNameExtension names = node.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Contains(uri, Encoding.ASCII.GetString(names.RawData), StringComparison.Ordinal);
        Assert.Equal(dnsName, names.EnumerateDnsNames().SingleOrDefault());
    }

    [Fact]
    public void Certs_FolderWithAnAuthority_UsesItForMoreNodes()
    {
        Run("--cluster", "Orders", "--nodes", "n1", "--out", _folder);
        byte[] before = File.ReadAllBytes(Path.Combine(_folder, "ca.pem"));

        Tool tool = Run("--cluster", "Orders", "--nodes", "n2", "--out", _folder, "--days", "1");

        Assert.Equal(ExitCode.Sound, tool.Code);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_folder, "ca.pem")));
        using X509Certificate2 authority = Certificate("ca");
        using X509Certificate2 node = Certificate("n2");
        Assert.Equal(authority.Subject, node.Issuer);
        Assert.InRange(node.NotAfter.ToUniversalTime(), DateTime.UtcNow.AddHours(23), DateTime.UtcNow.AddHours(25));
    }

    [Fact]
    public void Certs_FileOfANodeExists_ChangesNothing()
    {
        Run("--cluster", "Orders", "--nodes", "n2", "--out", _folder);
        byte[] before = File.ReadAllBytes(Path.Combine(_folder, "n2.pem"));

        Tool tool = Run("--cluster", "Orders", "--nodes", "n1,n2", "--out", _folder);

        Assert.Equal(ExitCode.Failed, tool.Code);
        Assert.Contains("n2.pem' exists already", tool.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_folder, "n2.pem")));
        Assert.False(File.Exists(Path.Combine(_folder, "n1.pem")));
    }

    [Fact]
    public void Certs_AuthorityWithoutItsKey_IsRefused()
    {
        Run("--cluster", "Orders", "--nodes", "n1", "--out", _folder);
        File.WriteAllText(Path.Combine(_folder, "ca-key.pem"), "");

        Tool tool = Run("--cluster", "Orders", "--nodes", "n2", "--out", _folder);

        Assert.Equal(ExitCode.Failed, tool.Code);
        Assert.Contains("cannot be used", tool.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "n2.pem")));
    }

    [Fact]
    public void Certs_PrivateKeys_AreReadableByTheirOwnerOnly()
    {
        Run("--cluster", "Orders", "--nodes", "n1", "--out", _folder);

        foreach (string file in (string[])["ca-key.pem", "n1-key.pem"])
        {
            string path = Path.Combine(_folder, file);
            UnixFileMode mode = OperatingSystem.IsWindows() ? UnixFileMode.UserRead | UnixFileMode.UserWrite : File.GetUnixFileMode(path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        }
    }

    [Theory]
    [InlineData("--cluster", " ", "--nodes", "n1")]
    [InlineData("--cluster", "Orders", "--nodes", "n1,")]
    [InlineData("--cluster", "Orders", "--nodes", "n1,n1")]
    [InlineData("--cluster", "Orders", "--nodes", "n1", "--days", "0")]
    [InlineData("--nodes", "n1")]
    public void Certs_WrongCommandLine_SaysWhatIsWrongAndWritesNothing(params string[] arguments)
    {
        Tool tool = Run([.. arguments, "--out", _folder]);

        Assert.Equal(ExitCode.Usage, tool.Code);
        Assert.NotEmpty(tool.Error);
        Assert.False(Directory.Exists(_folder));
    }

    private static Tool Run(params string[] arguments) => Tool.Run(["certs", .. arguments]);

    private X509Certificate2 Certificate(string name) => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, name + ".pem"));

    private X509Certificate2 CertificateWithKey(string name) =>
        X509Certificate2.CreateFromPemFile(Path.Combine(_folder, name + ".pem"), Path.Combine(_folder, name + "-key.pem"));
}
