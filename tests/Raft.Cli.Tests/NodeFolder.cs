using System.Text;
using Raft.Storage.Files;

namespace Raft.Cli.Tests;

/// <summary>The folder of node n1 of the cluster 'orders', on the real disk. It is deleted at the end.</summary>
internal sealed class NodeFolder : IDisposable
{
    private const int Sector = 512;

    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("raft-cli-").FullName;

    /// <summary>The segments that have a group, the oldest first.</summary>
    public string[] Segments => [.. Directory.GetFiles(Path, "*.log").Order(StringComparer.Ordinal).Where(static file => GroupsOf(file).Count > 0)];

    /// <summary>Creates a folder in which a node has written entries of term 1, one group each, and was closed.</summary>
    public static async Task<NodeFolder> CreateAsync(params string[] texts)
    {
        NodeFolder folder = new();
        await folder.UseAsync(store => AppendAsync(store, 1, texts));
        return folder;
    }

    /// <summary>Writes entries of term 1 from an index on, one group each.</summary>
    public static async Task AppendAsync(FileStorage store, long first, params string[] texts)
    {
        foreach (string text in texts)
        {
            HardState? state = first == 1 ? new HardState(1, new NodeId("n2")) : null;
            LogEntry entry = new(1, EntryKind.Command, Encoding.UTF8.GetBytes(text), Time);
            await store.WriteAsync(new LogWrite(state, first++, new[] { entry }));
        }
    }

    public FileStorage NewStorage() => new(Path, new FileStorageOptions { SegmentBytes = 64 * 1024 });

    public static ValueTask<LogState> OpenAsync(FileStorage storage) => storage.OpenAsync("orders", new NodeId("n1"), CancellationToken.None);

    /// <summary>Opens the store, uses it, and closes it.</summary>
    public async Task UseAsync(Func<FileStorage, Task> use)
    {
        FileStorage store = NewStorage();
        await OpenAsync(store);
        await use(store);
        await store.CloseAsync();
    }

    /// <summary>A copy of the folder, as a crash at this moment would leave it.</summary>
    public NodeFolder Crash()
    {
        NodeFolder copy = new();
        foreach (string file in Directory.GetFiles(Path).Where(static file => !file.EndsWith(FolderLock.FileName, StringComparison.Ordinal)))
        {
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>Commits a snapshot of the entries up to an index.</summary>
    public static async Task SnapshotAsync(FileStorage store, long index, string state)
    {
        await using ISnapshotWriter writer = await store.CreateAsync(index, 1, "header"u8.ToArray(), CancellationToken.None);
        await writer.Stream.WriteAsync(Encoding.UTF8.GetBytes(state));
        await writer.CommitAsync(CancellationToken.None);
    }

    /// <summary>The offsets of the groups of a segment.</summary>
    public static List<long> GroupsOf(string segment)
    {
        byte[] bytes = File.ReadAllBytes(segment);
        List<long> offsets = [];
        for (int at = 0; at + GroupHead.Size <= bytes.Length; at += Sector)
        {
            if (GroupHead.TryRead(bytes.AsSpan(at), SegmentFile.NumberOf(System.IO.Path.GetFileName(segment))!.Value, at, out _))
            {
                offsets.Add(at);
            }
        }

        return offsets;
    }

    /// <summary>Flips a bit of a file.</summary>
    public static void Flip(string file, long offset)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Everything about the folder that a write would change.</summary>
    public string Image() => string.Join('\n', Directory.GetFiles(Path).Order(StringComparer.Ordinal)
        .Select(static file => $"{file} {File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(File.ReadAllBytes(file))}")
        .Prepend($"{Directory.GetLastWriteTimeUtc(Path):O}"));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
