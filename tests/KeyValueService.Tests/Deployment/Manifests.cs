using YamlDotNet.RepresentationModel;

namespace KeyValueService.Tests.Deployment;

/// <summary>The manifests for Kubernetes, as parsed. A key that is written twice fails the parsing.</summary>
internal static class Manifests
{
    private static readonly string Folder = Path.Combine(Root(), "deploy", "kubernetes");

    /// <summary>Finds the only object of a kind with a name.</summary>
    public static YamlNode Find(string kind, string name)
    {
        YamlStream stream = [];
        using StreamReader file = new(Path.Combine(Folder, "keyvalue.yaml"));
        stream.Load(file);
        return stream.Documents.Select(static document => document.RootNode)
            .Single(node => Text(node, "kind") == kind && Text(node, "metadata", "name") == name);
    }

    /// <summary>Follows keys, or positions in a list, to a node.</summary>
    public static YamlNode At(YamlNode node, params IEnumerable<object> path) =>
        path.Aggregate(node, static (current, key) => key is int index ? current[index] : current[(string)key]);

    /// <summary>Follows keys, or positions in a list, to a text.</summary>
    public static string Text(YamlNode node, params IEnumerable<object> path) => ((YamlScalarNode)At(node, path)).Value!;

    // Not the path of this source file: a build may leave the repository's folder out of it.
    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Raft.Core.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run within the repository only.");
    }
}
