using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Checks the options of all nodes when a host starts. A mistake that several nodes share is reported once.</summary>
internal sealed partial class RaftHostOptionsValidation(NodeDirectory directory, IOptionsMonitor<RaftNodeOptions> options, HostLog log)
    : IValidateOptions<RaftHostOptions>
{
    /// <exception cref="OptionsValidationException">The options of a node are not valid.</exception>
    public ValidateOptionsResult Validate(string? name, RaftHostOptions host)
    {
        List<string> names = [];
        List<(string Section, string Failure)> found = [];
        foreach (NodeRegistration node in directory.Nodes)
        {
            try
            {
                options.Get(node.OptionsName);
            }
            catch (OptionsValidationException refusal)
            {
                names.Add(node.OptionsName);
                found.AddRange(refusal.Failures.Select(failure => (node.Section, WithoutSection(failure, node.Section))));
            }
        }

        if (found.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        string[] failures = [.. found.GroupBy(static each => each.Failure, static each => each.Section, Describe)];
        log.WriteNow(logger => LogOptionsRefused(logger, string.Join(" ", failures)));

        // A result would name the options of the host instead of those of the nodes.
        throw new OptionsValidationException(string.Join(", ", names), typeof(RaftNodeOptions), failures);
    }

    private static string Describe(string failure, IEnumerable<string> sections) => $"{string.Join(", ", sections)}: {failure}";

    private static string WithoutSection(string failure, string section) =>
        failure.StartsWith($"{section}: ", StringComparison.Ordinal) ? failure[(section.Length + 2)..] : failure;

    [LoggerMessage(203, LogLevel.Critical, "The host cannot start: the options of its Raft nodes are not valid. {Failures}",
        EventName = "OptionsRefused")]
    private static partial void LogOptionsRefused(ILogger logger, string failures);
}
