using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Raft;

/// <summary>
/// What should be the same on all members: the options of elections and clocks, and the limits of what members send each other. Every
/// message carries a digest of it; a member that asks receives the values.
/// </summary>
internal static class NodeSetup
{
    /// <summary>The name of the library's version, which is not part of the digest: versions differ during upgrades.</summary>
    public const string VersionName = "Version";

    private static readonly string Version = ReadVersion();

    /// <summary>The options by their names, and the version.</summary>
    public static IReadOnlyList<SetupValue> Of(RaftNodeOptions options, TimeSpan heartbeatInterval) =>
    [
        new(nameof(options.MinimumElectionTimeout), Text(options.MinimumElectionTimeout)),
        new(nameof(options.MaximumElectionTimeout), Text(options.MaximumElectionTimeout)),
        new(nameof(options.HeartbeatInterval), Text(heartbeatInterval)),
        new(nameof(options.PreVote), Text(options.PreVote)),
        new(nameof(options.CheckQuorum), Text(options.CheckQuorum)),
        new(nameof(options.LeaderStickiness), Text(options.LeaderStickiness)),
        new(nameof(options.MaximumCommandBytes), Text(options.MaximumCommandBytes)),
        new(nameof(options.MaximumMessageBytes), Text(options.MaximumMessageBytes)),
        new(nameof(options.SnapshotChunkBytes), Text(options.SnapshotChunkBytes)),
        new(nameof(options.MaximumClockAhead), Text(options.MaximumClockAhead)),
        new(nameof(options.DigestInterval), Text(options.DigestInterval)),
        new(nameof(options.CaptureDigestInterval), Text(options.CaptureDigestInterval)),
        new(VersionName, Version),
    ];

    /// <summary>Computes the digest of a setup; never 0, which means that a node does not say.</summary>
    public static ulong DigestOf(IReadOnlyList<SetupValue> values)
    {
        StringBuilder text = new();
        foreach ((string name, string value) in values.Where(static each => each.Name != VersionName))
        {
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);
        return Math.Max(BinaryPrimitives.ReadUInt64LittleEndian(hash), 1);
    }

    private static string Text(TimeSpan value) => value.ToString("c", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";

    private static string ReadVersion()
    {
        string? version = typeof(NodeSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.Split('+')[0] ?? "unknown";
    }
}
