namespace Raft.Docs.Tests;

/// <summary>The files of the repository, named by their paths from its root with slashes.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] LeftOut = [".git", ".vs", ".idea", "bin", "obj", "artifacts", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files, except those that a build or a tool has made.</summary>
    public static IReadOnlyCollection<string> All { get; } = [.. FilesUnder(Root).Order(StringComparer.Ordinal)];

    /// <summary>All folders with a file in them.</summary>
    public static IReadOnlySet<string> Folders { get; } = FoldersOf(All);

    public static IEnumerable<string> MarkdownFiles => All.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    public static bool Exists(string path) => path.Length == 0 || All.Contains(path) || Folders.Contains(path);

    public static string ReadText(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Resolves a path in a file. Null if it is outside the repository.</summary>
    public static string? Resolve(string fromFile, string relativePath)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, fromFile))!;
        string resolved = Path.GetRelativePath(Root, Path.GetFullPath(relativePath, folder)).Replace('\\', '/').TrimEnd('/');
        return resolved.StartsWith("..", StringComparison.Ordinal) ? null : resolved == "." ? "" : resolved;
    }

    private static IEnumerable<string> FilesUnder(string folder) =>
        Directory.EnumerateFiles(folder)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Concat(Directory.EnumerateDirectories(folder)
                .Where(child => !LeftOut.Contains(Path.GetFileName(child)))
                .SelectMany(FilesUnder));

    private static HashSet<string> FoldersOf(IEnumerable<string> files)
    {
        HashSet<string> folders = [];
        foreach (string file in files)
        {
            for (int end = file.LastIndexOf('/'); end > 0; end = file.LastIndexOf('/', end - 1))
            {
                folders.Add(file[..end]);
            }
        }

        return folders;
    }

    // Not the path of this source file: a build may leave the repository's folder out of it.
    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Raft.Core.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests of the docs run within the repository only.");
    }
}
