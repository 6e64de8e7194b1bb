using Raft;

namespace KeyValueService.Server;

/// <summary>What one node of a cluster needs to run.</summary>
/// <param name="Node">Its id, one of the members.</param>
/// <param name="Members">All members, with their addresses; the address for clients is the tag <see cref="MemberList.UrlTag"/>.</param>
/// <param name="Data">The folder of the node.</param>
/// <param name="Url">Where it listens for HTTP.</param>
/// <param name="Certificates">The folder with its certificate; null for no TLS between nodes.</param>
/// <param name="StopsAtEndOfInput">Whether it stops when its input ends, so that it does not outlive the process that started it.</param>
internal sealed record ServerSettings(
    string Node, IReadOnlyList<RaftMember> Members, string Data, string Url, string? Certificates, bool StopsAtEndOfInput)
{
    public const string NodeKey = "Server:Node";
    public const string MembersKey = "Server:Members";
    public const string DataKey = "Server:Data";
    public const string HttpKey = "Server:Http";
    public const string EndpointsKey = "Server:Endpoints";
    public const string CertificatesKey = "Server:Certs";
    public const string FileKey = "Server:Settings";
    public const string LocalKey = "Server:Local";
    public const string StopAtEndOfInputKey = "Server:StopAtEndOfInput";

    public string CertificateFile => Path.Combine(Certificates!, $"{Uri.EscapeDataString(Node)}.pem");

    public string KeyFile => Path.Combine(Certificates!, $"{Uri.EscapeDataString(Node)}-key.pem");

    public string AuthorityFile => Path.Combine(Certificates!, "ca.pem");

    /// <summary>Whether the configuration asks for a node of a cluster, complete or not.</summary>
    public static bool AreIn(IConfiguration configuration) =>
        new[] { NodeKey, MembersKey, DataKey, HttpKey, EndpointsKey, CertificatesKey }.Any(key => configuration[key] is not null);

    /// <summary>Reads and checks the settings of a node.</summary>
    /// <exception cref="InvalidSettingsException">Something is missing or wrong.</exception>
    public static ServerSettings Read(IConfiguration configuration)
    {
        List<string> problems = [];
        string node = Require(configuration, NodeKey, "Say which node this is: --node n1, one of the members.", problems);
        List<RaftMember> members = MemberList.Read(configuration[MembersKey], configuration.GetSection("Raft:Members"), problems);
        RaftMember? self = members.FirstOrDefault(member => member.Id == node);
        if (node.Length > 0 && members.Count > 0 && self is null)
        {
            problems.Add($"Node '{node}' is not one of the members {string.Join(", ", members.Select(static member => member.Id))}.");
        }

        string data = Require(configuration, DataKey, "Say in which folder the node keeps its log: --data DIR.", problems);
        HttpAddress? http = ReadHttp(configuration[HttpKey] ?? UrlOf(self), problems);
        MemberList.AddUrls(members, configuration[EndpointsKey], http, problems);
        string? certificates = configuration[CertificatesKey] is { } folder ? Path.GetFullPath(folder) : null;
        string folderOfNode = Path.Combine(data, Uri.EscapeDataString(node));
        ServerSettings settings = new(
            node, members, folderOfNode, http?.Url ?? "", certificates, configuration.GetValue<bool>(StopAtEndOfInputKey));
        settings.CheckCertificates(problems);
        return problems.Count == 0
            ? settings with { Data = Path.GetFullPath(folderOfNode) }
            : throw new InvalidSettingsException(problems);
    }

    private static string? UrlOf(RaftMember? member) =>
        member is not null && member.Tags.TryGetValue(MemberList.UrlTag, out string? url) ? url : null;

    private static HttpAddress? ReadHttp(string? text, List<string> problems)
    {
        HttpAddress? address = text is null ? null : HttpAddress.Parse(text);
        if (address is null)
        {
            string instead = text is null ? "" : $", and not '{text}'";
            problems.Add($"Say where the node listens for HTTP: --http HOST:PORT, such as 127.0.0.1:8080{instead}.");
        }

        return address;
    }

    private static string Require(IConfiguration configuration, string key, string problem, List<string> problems)
    {
        if (configuration[key] is { } value && !string.IsNullOrWhiteSpace(value))
        {
            return value;
        }

        problems.Add(problem);
        return "";
    }

    private void CheckCertificates(List<string> problems)
    {
        if (Certificates is null || Node.Length == 0)
        {
            return;
        }

        foreach (string file in new[] { AuthorityFile, CertificateFile, KeyFile }.Where(static file => !File.Exists(file)))
        {
            problems.Add($"The file '{file}' is missing. The command raft certs creates certificates.");
        }
    }
}
