using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Cli.Certificates;

/// <summary>The command <c>raft certs</c>: creates an authority, and a certificate for each node of a cluster.</summary>
internal static class CertsCommand
{
    private const int DefaultDays = 365;
    private const int LargestDays = 3650;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        Option<string> cluster = new("--cluster") { HelpName = "NAME", Description = "The name of the cluster.", Required = true };
        Option<NodeId[]> nodes = new("--nodes")
        {
            HelpName = "ID,...",
            Description = "The ids of the nodes, separated by commas.",
            Required = true,
            CustomParser = ParseNodes,
        };
        Option<string> directory = new("--out") { HelpName = "DIR", Description = "The folder for the files.", Required = true };
        Option<int> days = new("--days")
        {
            HelpName = "N",
            Description = $"How many days the certificates of the nodes are valid: 1 to {LargestDays}.",
            DefaultValueFactory = static _ => DefaultDays,
        };
        cluster.Validators.Add(result => Require(
            result, !string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>()), "--cluster is blank: give the name of the cluster."));
        days.Validators.Add(result => Require(
            result, result.GetValueOrDefault<int>() is >= 1 and <= LargestDays, $"--days is not between 1 and {LargestDays}."));

        Command command = new(
            "certs",
            "Creates certificates for TLS between nodes, for development and tests: an authority, unless the folder has one, and a "
            + "certificate for each node. No file is ever replaced.")
        {
            cluster,
            nodes,
            directory,
            days,
        };
        command.SetAction(parsed => (int)Run(
            parsed.GetValue(cluster)!,
            parsed.GetValue(nodes)!,
            Path.GetFullPath(parsed.GetValue(directory)!),
            parsed.GetValue(days),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static ExitCode Run(string clusterId, NodeId[] nodes, string directory, int days, TextWriter output, TextWriter error)
    {
        try
        {
            CertificateFolder folder = new(directory);
            if (folder.FindExisting(nodes) is { } existing)
            {
                error.WriteLine(
                    $"'{existing}' exists already. Delete the node's two files to renew its certificate, or choose another folder.");
                return ExitCode.Failed;
            }

            Write(folder, clusterId, nodes, days, output);
            return ExitCode.Sound;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"A file in '{directory}' cannot be read or written: {exception.Message}");
            return ExitCode.Failed;
        }
        catch (CryptographicException exception)
        {
            error.WriteLine($"The authority in '{directory}' cannot be used: {exception.Message} Choose another folder for a new one.");
            return ExitCode.Failed;
        }
    }

    private static void Write(CertificateFolder folder, string clusterId, NodeId[] nodes, int days, TextWriter output)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        CertificateAuthority? existing = folder.ReadAuthority();
        using CertificateAuthority authority = existing ?? CertificateAuthority.Create(clusterId, now);
        if (existing is null)
        {
            folder.Write(authority);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{CertificateFolder.AuthorityFile}: the authority, {(existing is null ? "new" : "as it was")}, "
                + $"valid until {authority.Certificate.NotAfter:yyyy-MM-dd}"));
        foreach (NodeId node in nodes)
        {
            using X509Certificate2 certificate = authority.Issue(clusterId, node, now, days);
            folder.Write(node, certificate);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{CertificateFolder.CertificateFileOf(node)}, {CertificateFolder.KeyFileOf(node)}: node {node} of cluster {clusterId}, "
                    + $"valid until {certificate.NotAfter:yyyy-MM-dd}"));
        }
    }

    private static NodeId[]? ParseNodes(ArgumentResult result)
    {
        string[] ids = [.. result.Tokens.SelectMany(static token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
        if (ids.FirstOrDefault(static id => string.IsNullOrWhiteSpace(id) || id.Length > NodeId.MaximumLength) is { } wrong)
        {
            result.AddError($"--nodes contains '{wrong}': a node id has 1 to {NodeId.MaximumLength} characters.");
            return null;
        }

        if (ids.Distinct(StringComparer.Ordinal).Count() < ids.Length)
        {
            result.AddError("--nodes contains an id twice.");
            return null;
        }

        return [.. ids.Select(static id => new NodeId(id))];
    }

    private static void Require(SymbolResult result, bool holds, string otherwise)
    {
        if (!holds)
        {
            result.AddError(otherwise);
        }
    }
}
