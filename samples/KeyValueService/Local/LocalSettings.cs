using System.Globalization;
using KeyValueService.Server;

namespace KeyValueService.Local;

/// <summary>What a cluster on this machine needs.</summary>
/// <param name="Count">The number of nodes.</param>
/// <param name="Data">The folder for all of them.</param>
/// <param name="Certificates">The folder with certificates; null for no TLS.</param>
/// <param name="Others">Further arguments of each node.</param>
/// <param name="StopsAtEndOfInput">Whether it stops when its input ends.</param>
internal sealed record LocalSettings(int Count, string Data, string? Certificates, IReadOnlyList<string> Others, bool StopsAtEndOfInput)
{
    private const int Largest = 9;

    private static readonly string[] ChosenByLocal =
        [ServerSettings.NodeKey, ServerSettings.MembersKey, ServerSettings.HttpKey, ServerSettings.EndpointsKey];

    /// <exception cref="InvalidSettingsException">Something is missing or wrong.</exception>
    public static LocalSettings Read(IConfiguration configuration, IReadOnlyList<string> arguments)
    {
        List<string> problems = [];
        string text = configuration[ServerSettings.LocalKey]!;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > Largest)
        {
            problems.Add($"--local needs a number of nodes from 1 to {Largest}, and not '{text}'.");
        }

        string? data = configuration[ServerSettings.DataKey];
        if (string.IsNullOrWhiteSpace(data))
        {
            problems.Add("Say in which folder the nodes keep their logs: --data DIR.");
        }

        foreach (string key in ChosenByLocal.Where(key => configuration[key] is not null))
        {
            problems.Add($"--local chooses ids and addresses itself: leave out --{key.Split(':')[1].ToLowerInvariant()}.");
        }

        return problems.Count == 0
            ? new LocalSettings(
                count,
                Path.GetFullPath(data!),
                configuration[ServerSettings.CertificatesKey] is { } folder ? Path.GetFullPath(folder) : null,
                CommandLine.FindSettings(arguments),
                configuration.GetValue<bool>(ServerSettings.StopAtEndOfInputKey))
            : throw new InvalidSettingsException(problems);
    }
}
