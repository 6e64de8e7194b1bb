using System.Globalization;
using Raft;

namespace KeyValueService.Server;

/// <summary>The members of a cluster, each with an address for other nodes and one for clients.</summary>
internal static class MemberList
{
    /// <summary>The tag with the address for clients.</summary>
    public const string UrlTag = "url";

    /// <summary>Reads members from text, or else from the section <c>Raft:Members</c>.</summary>
    public static List<RaftMember> Read(string? text, IConfigurationSection section, List<string> problems)
    {
        List<RaftMember> members = text is null
            ? [.. section.GetChildren().Select(ReadMember)]
            : [.. Split(text).Select(static part => MemberOf(part.Id, part.Value))];
        if (members.Count == 0)
        {
            problems.Add("There are no members: name all nodes of the cluster with --members n1=HOST:PORT,n2=HOST:PORT,n3=HOST:PORT.");
        }

        foreach (RaftMember member in members)
        {
            if (string.IsNullOrWhiteSpace(member.Id) || HostAndPort.Parse(member.Address) is null)
            {
                problems.Add($"Member '{member}' needs an id and an address: write ID=HOST:PORT.");
            }
        }

        foreach (IGrouping<string, RaftMember> same in members.GroupBy(static member => member.Id).Where(static same => same.Count() > 1))
        {
            problems.Add($"Member '{same.Key}' is listed {same.Count()} times.");
        }

        return members;
    }

    /// <summary>Adds the address for clients to each member that has none yet.</summary>
    /// <param name="members">The members.</param>
    /// <param name="endpoints">Addresses as text; those of other members follow from their hosts.</param>
    /// <param name="http">The address of this node, whose scheme and port the others are expected to have too.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static void AddUrls(IReadOnlyList<RaftMember> members, string? endpoints, HttpAddress? http, List<string> problems)
    {
        foreach ((string id, string? url) in Split(endpoints ?? ""))
        {
            if (members.FirstOrDefault(member => member.Id == id) is not { } member)
            {
                problems.Add($"The endpoint '{id}' is not one of the members.");
            }
            else if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            {
                problems.Add($"The endpoint '{id}' needs the URL of the node, such as {id}=http://10.0.0.1:8080.");
            }
            else
            {
                member.Tags[UrlTag] = url.TrimEnd('/');
            }
        }

        foreach (RaftMember member in members)
        {
            if (http is not null && !member.Tags.ContainsKey(UrlTag) && HostAndPort.Parse(member.Address) is { } address)
            {
                member.Tags[UrlTag] = string.Create(CultureInfo.InvariantCulture, $"{http.Scheme}://{address.Host}:{http.Port}");
            }
        }

        AddEqualUrls(members, problems);
    }

    /// <summary>A node that redirects to the URL of another one, and has the same URL, would redirect to itself.</summary>
    private static void AddEqualUrls(IReadOnlyList<RaftMember> members, List<string> problems)
    {
        foreach (IGrouping<string?, RaftMember> same in members
            .Where(static member => member.Tags.ContainsKey(UrlTag))
            .DistinctBy(static member => member.Id)
            .GroupBy(static member => member.Tags[UrlTag], StringComparer.OrdinalIgnoreCase)
            .Where(static same => same.Count() > 1))
        {
            string ids = string.Join(", ", same.Select(static member => member.Id));
            problems.Add(
                $"The members {ids} have the same HTTP address {same.Key}, so redirects to the leader would not arrive. "
                + "Name the address of each: --endpoints ID=URL,...");
        }
    }

    private static RaftMember ReadMember(IConfigurationSection section)
    {
        if (section.Value is { } text)
        {
            return Split(text).Select(static part => MemberOf(part.Id, part.Value)).First();
        }

        RaftMember member = MemberOf(section["Id"] ?? "", section["Address"]);
        foreach (IConfigurationSection tag in section.GetSection("Tags").GetChildren())
        {
            member.Tags[tag.Key] = tag.Value ?? "";
        }

        return member;
    }

    private static RaftMember MemberOf(string id, string? address) => new() { Id = id, Address = address };

    private static IEnumerable<(string Id, string? Value)> Split(string list) =>
        from part in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let pair = part.Split('=', 2, StringSplitOptions.TrimEntries)
        select (pair[0], pair.Length == 2 ? pair[1] : null);
}
