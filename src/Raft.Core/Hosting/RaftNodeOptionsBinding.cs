using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>
/// Binds the options of one node from its configuration section. The node's name is its id, unless the options set one. Options that the
/// nodes of a host share are in the section of the unnamed node, so that they need not be repeated for each.
/// </summary>
internal sealed class RaftNodeOptionsBinding(NodeRegistration node, IConfiguration? configuration) : IConfigureNamedOptions<RaftNodeOptions>
{
    public void Configure(RaftNodeOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, RaftNodeOptions options)
    {
        if (name != node.OptionsName)
        {
            return; // the options of another node
        }

        if (configuration is not null)
        {
            if (node.Name is not null)
            {
                Bind(configuration.GetSection(NodeRegistration.SharedSection), options);
                options.NodeId = null; // an id in the shared section is that of the node without a name
            }

            Bind(configuration.GetSection(node.Section), options);
        }

        options.NodeId ??= node.Name;
    }

    private static void Bind(IConfigurationSection section, RaftNodeOptions options)
    {
        IConfigurationSection members = section.GetSection(nameof(options.Members));
        if (members.GetChildren().Any())
        {
            options.Members = []; // a node's own list replaces the shared one
        }

        section.Bind(options);
        AddPlainMembers(members, options);
    }

    /// <summary>
    /// Adds members that are listed as text, such as <c>n1</c> or <c>n1=127.0.0.1:7001</c>, which the binder ignores silently. Invalid ids
    /// are added as well: the validation reports them together with all other mistakes.
    /// </summary>
    private static void AddPlainMembers(IConfigurationSection members, RaftNodeOptions options)
    {
        foreach (IConfigurationSection member in members.GetChildren())
        {
            if (!string.IsNullOrWhiteSpace(member.Value))
            {
                options.Members.Add(RaftMember.Split(member.Value));
            }
        }
    }
}
