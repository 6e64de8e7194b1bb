using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Checks the options of one node when its host starts: all that is wrong is told at once.</summary>
internal sealed partial class RaftNodeOptionsValidation(NodeRegistration node, IConfiguration? configuration, ILogger logger) : IValidateOptions<RaftNodeOptions>
{
    private readonly ILogger _logger = logger;

    public ValidateOptionsResult Validate(string? name, RaftNodeOptions options)
    {
        if (name != node.OptionsName)
        {
            return ValidateOptionsResult.Skip; // another node's
        }

        List<string> failures = [.. RaftNodeOptionsRules.FindFailures(options, options.NodeId, allowNoMembers: false), .. FindMixedMembers(node.Section)];
        if (node.Name is not null)
        {
            failures.AddRange(FindMixedMembers(NodeRegistration.SharedSection));
        }

        if (failures.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        if (options.Members is { Count: 0 } && configuration is not null && !configuration.GetSection(node.Section).Exists())
        {
            failures.Add($"The configuration has no section {node.Section}: is it misspelt, or its file not where the program looks?");
        }

        HostLogging.Write(() => LogOptionsRefused(node.Section, string.Join(" ", failures)));
        return ValidateOptionsResult.Fail(failures.Select(failure => $"{node.Section}: {failure}"));
    }

    /// <summary>A member that is an object in one source and a plain id in another looks like both, and which one came later cannot be told.</summary>
    private IEnumerable<string> FindMixedMembers(string section) =>
        from member in configuration?.GetSection(section).GetSection(nameof(RaftNodeOptions.Members)).GetChildren() ?? []
        where !string.IsNullOrWhiteSpace(member.Value) && member.GetChildren().Any()
        select $"{member.Path} is the plain id '{member.Value}' in one source of the configuration, and an object in another: give it in the same form in all of them.";
}
