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

        List<string> failures = [.. RaftNodeOptionsRules.FindFailures(options, options.NodeId, allowNoMembers: false)];
        if (failures.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        if (options.Members is { Count: 0 } && configuration is not null && !configuration.GetSection(node.Section).Exists())
        {
            failures.Add($"The configuration has no section {node.Section}: is it misspelt, or its file not where the program looks?");
        }

        LogOptionsRefused(node.Section, string.Join(" ", failures));
        return ValidateOptionsResult.Fail(failures.Select(failure => $"{node.Section}: {failure}"));
    }
}
