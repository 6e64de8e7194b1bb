using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>
/// Binds the options of one node from its configuration section, and takes its name for its id unless they say otherwise. What the nodes of a host
/// share stands in the section of the unnamed node, so that it need not be repeated for each.
/// </summary>
internal sealed class RaftNodeOptionsBinding(NodeRegistration node, IConfiguration? configuration) : IConfigureNamedOptions<RaftNodeOptions>
{
    public void Configure(RaftNodeOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, RaftNodeOptions options)
    {
        if (name != node.OptionsName)
        {
            return; // another node's
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
            options.Members = []; // a node's own list takes the place of the shared one
        }

        section.Bind(options);
        AddPlainMembers(members, options);
    }

    /// <summary>
    /// Members that are listed by nothing but their ids, which the binder passes over in silence. Ids that are no good are
    /// taken all the same: the validation says so, together with everything else.
    /// </summary>
    private static void AddPlainMembers(IConfigurationSection members, RaftNodeOptions options)
    {
        foreach (IConfigurationSection member in members.GetChildren())
        {
            if (!string.IsNullOrWhiteSpace(member.Value))
            {
                options.Members.Add(new RaftMember { Id = member.Value });
            }
        }
    }
}
