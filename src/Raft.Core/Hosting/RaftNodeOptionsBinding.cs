using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Binds the options of one node from its configuration section, and gives the node the name's id.</summary>
internal sealed class RaftNodeOptionsBinding(NodeRegistration node, IConfiguration? configuration) : IConfigureNamedOptions<RaftNodeOptions>
{
    public void Configure(RaftNodeOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, RaftNodeOptions options)
    {
        if (name != node.OptionsName)
        {
            return; // another node's
        }

        if (configuration?.GetSection(node.Section) is { } section)
        {
            section.Bind(options);
            AddPlainMembers(section.GetSection(nameof(options.Members)), options);
        }

        options.NodeId ??= node.Name;
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
