using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>The targets of links exist. Addresses outside the repository are not checked.</summary>
public partial class LinkTests
{
    public static TheoryData<string> MarkdownFiles() => [.. RepositoryFiles.MarkdownFiles];

    public static TheoryData<string> PackageReadmes() => [.. RepositoryFiles.MarkdownFiles.Where(IsPackageReadme)];

    [Theory]
    [MemberData(nameof(MarkdownFiles))]
    public void RelativeLinks_LeadToWhatExists(string file)
    {
        IEnumerable<string> broken = RelativeLinksOf(file)
            .Where(link => !LeadsSomewhere(file, link.Target))
            .Select(link => $"{file}({link.Line}): {link.Target} leads nowhere.");

        Assert.True(!broken.Any(), string.Join('\n', broken));
    }

    [Theory]
    [MemberData(nameof(PackageReadmes))]
    public void PackageReadme_HasNoRelativeLinks(string file)
    {
        IEnumerable<string> relative = RelativeLinksOf(file)
            .Select(link => $"{file}({link.Line}): {link.Target} leads nowhere on a package's page.");

        Assert.True(!relative.Any(), string.Join('\n', relative));
    }

    private static bool IsPackageReadme(string file) => Path.GetFileName(file) == "PACKAGE.md";

    private static IEnumerable<Link> RelativeLinksOf(string file) =>
        MarkdownDocument.Read(file).Links().Where(link => !HasScheme().IsMatch(link.Target));

    private static bool LeadsSomewhere(string file, string target)
    {
        string[] parts = target.Split('#', 2);
        string? path = parts[0].Length == 0 ? file : RepositoryFiles.Resolve(file, Uri.UnescapeDataString(parts[0]));
        if (path is null || !RepositoryFiles.Exists(path))
        {
            return false;
        }

        return parts.Length == 1 || HasAnchor(path, parts[1]);
    }

    private static bool HasAnchor(string path, string anchor)
    {
        if (path.EndsWith(".md", StringComparison.Ordinal))
        {
            return MarkdownDocument.Read(path).Anchors().Contains(anchor);
        }

        return LineAnchor().Match(anchor) is { Success: true } line
            && int.Parse(line.Groups["line"].Value, null) <= RepositoryFiles.ReadText(path).Split('\n').Length;
    }

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex HasScheme();

    [GeneratedRegex("^L(?<line>[0-9]{1,6})$")]
    private static partial Regex LineAnchor();
}
