using KeyValueService.Local;
using KeyValueService.Server;
using Microsoft.Extensions.Configuration;

namespace KeyValueService.Tests.Local;

/// <summary>What a cluster on one machine needs.</summary>
public sealed class LocalSettingsTests
{
    private readonly SortedDictionary<string, string?> _values = new(StringComparer.Ordinal)
    {
        [ServerSettings.LocalKey] = "3",
        [ServerSettings.DataKey] = "data",
    };

    [Fact]
    public void Read_CompleteSettings_DescribesTheCluster()
    {
        LocalSettings settings = Read();

        Assert.Equal((3, Path.GetFullPath("data")), (settings.Count, settings.Data));
    }

    [Theory]
    [InlineData(ServerSettings.LocalKey, "0", "not '0'")]
    [InlineData(ServerSettings.LocalKey, "10", "not '10'")]
    [InlineData(ServerSettings.LocalKey, "three", "not 'three'")]
    [InlineData(ServerSettings.DataKey, null, "--data DIR")]
    [InlineData(ServerSettings.NodeKey, "n1", "leave out --node")]
    [InlineData(ServerSettings.MembersKey, "n1=127.0.0.1:7001", "leave out --members")]
    [InlineData(ServerSettings.HttpKey, "127.0.0.1:8080", "leave out --http")]
    public void Read_MissingOrWrongValue_IsNamed(string key, string? value, string named)
    {
        _values[key] = value;

        InvalidSettingsException refused = Assert.Throws<InvalidSettingsException>(() => Read());

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private LocalSettings Read() => LocalSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(_values).Build(), []);
}
