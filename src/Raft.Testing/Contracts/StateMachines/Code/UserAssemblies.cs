using System.Reflection;
using System.Text.Json;

namespace Raft.Testing;

/// <summary>
/// The assemblies that a user has written: that of the machine, those of its base types, and the projects among what the program
/// depends on. Packages, .NET and this library are not among them.
/// </summary>
internal sealed class UserAssemblies
{
    private static readonly Lazy<HashSet<string>> Projects = new(FindProjects);

    private readonly HashSet<Assembly> _own = [];

    /// <summary>Finds those of a machine.</summary>
    public static UserAssemblies Of(Type machine)
    {
        UserAssemblies assemblies = new();
        assemblies._own.Add(machine.Assembly);
        for (Type? type = machine.BaseType; type is not null; type = type.BaseType)
        {
            if (!IsLibrary(type.Assembly) && type.Assembly != typeof(object).Assembly)
            {
                assemblies._own.Add(type.Assembly);
            }
        }

        return assemblies;
    }

    public bool Contains(Type type) => _own.Contains(type.Assembly)
        || (!IsLibrary(type.Assembly) && type.Assembly.GetName().Name is { } name && Projects.Value.Contains(name));

    private static bool IsLibrary(Assembly assembly) => assembly == typeof(IStateMachine).Assembly
        || assembly == typeof(UserAssemblies).Assembly
        || assembly == typeof(Consensus.ConsensusModule).Assembly;

    /// <summary>The deps.json of a program lists its libraries, each with whether it is a project or a package.</summary>
    private static HashSet<string> FindProjects()
    {
        HashSet<string> projects = new(StringComparer.Ordinal);
        string files = AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string ?? "";
        foreach (string file in files.Split(';', StringSplitOptions.RemoveEmptyEntries).Where(File.Exists))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!document.RootElement.TryGetProperty("libraries", out JsonElement libraries))
            {
                continue;
            }

            foreach (JsonProperty library in libraries.EnumerateObject())
            {
                if (library.Value.TryGetProperty("type", out JsonElement type) && type.GetString() == "project")
                {
                    projects.Add(library.Name.Split('/')[0]);
                }
            }
        }

        return projects;
    }
}
