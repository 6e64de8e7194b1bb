using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Checks the options of one node, and reports all mistakes at once.</summary>
internal sealed partial class RaftNodeOptionsValidation(
    NodeRegistration node, NodeDirectory directory, IConfiguration? configuration, HostLog log) : IValidateOptions<RaftNodeOptions>
{
    private static readonly string[] OptionNames = [.. typeof(RaftNodeOptions).GetProperties().Select(static property => property.Name)];

    /// <summary>Sections within the shared section that other packages of this library read, for all nodes.</summary>
    private static readonly string[] SectionsOfPackages = ["Tcp"];

    public ValidateOptionsResult Validate(string? name, RaftNodeOptions options)
    {
        if (name != node.OptionsName)
        {
            return ValidateOptionsResult.Skip; // the options of another node
        }

        List<string> failures =
            [.. RaftNodeOptionsRules.FindFailures(options, options.NodeId, allowNoMembers: false), .. FindMixedMembers(node.Section)];
        if (node.Name is not null)
        {
            failures.AddRange(FindMixedMembers(NodeRegistration.SharedSection));
        }

        foreach (string key in FindUnknownKeys())
        {
            log.WriteNow(logger => LogUnknownKey(logger, key));
        }

        if (failures.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        if (options.Members is { Count: 0 } && configuration is not null)
        {
            failures.Add(DescribeSections());
        }

        return ValidateOptionsResult.Fail(failures.Select(failure => $"{node.Section}: {failure}"));
    }

    /// <summary>
    /// Finds members that are an object in one source and a plain id in another. It is not known which of the two should win.
    /// </summary>
    private IEnumerable<string> FindMixedMembers(string section) =>
        from member in configuration?.GetSection(section).GetSection(nameof(RaftNodeOptions.Members)).GetChildren() ?? []
        where !string.IsNullOrWhiteSpace(member.Value) && member.GetChildren().Any()
        select $"{member.Path} is the plain id '{member.Value}' in one configuration source and an object in another: "
            + "use the same form in all sources.";

    /// <summary>Describes the configuration of a node without members.</summary>
    private string DescribeSections()
    {
        string[] sections = node.Name is null ? [node.Section] : [NodeRegistration.SharedSection, node.Section];
        IConfigurationSection[] existing = [.. sections.Select(configuration!.GetSection).Where(static section => section.Exists())];
        return existing.Length == 0
            ? $"The configuration has no section {string.Join(" and no section ", sections)}: "
                + "check its spelling, and that its file is in the folder that the program reads."
            : string.Join(" ", existing.Select(Describe));
    }

    private static string Describe(IConfigurationSection section) =>
        $"Section {section.Path} of the configuration has {string.Join(", ", section.GetChildren().Select(static child => child.Key))}.";

    /// <summary>Finds keys that nothing reads. They may belong to another package, so they are logged and not refused.</summary>
    private IEnumerable<string> FindUnknownKeys()
    {
        foreach (string section in node.Name is null ? [node.Section] : new[] { NodeRegistration.SharedSection, node.Section })
        {
            foreach (IConfigurationSection child in configuration?.GetSection(section).GetChildren() ?? [])
            {
                bool isNode = section == NodeRegistration.SharedSection && directory.Nodes.Any(
                    other => string.Equals(other.Name, child.Key, StringComparison.OrdinalIgnoreCase));
                string[] sections = section == NodeRegistration.SharedSection ? SectionsOfPackages : [];
                bool isOption = OptionNames.Concat(sections).Contains(child.Key, StringComparer.OrdinalIgnoreCase);

                // The first node reports the keys of the shared section for all.
                if (!isNode && !isOption && (section == node.Section || directory.Nodes[0] == node))
                {
                    yield return child.Path;
                }
            }
        }
    }
}
