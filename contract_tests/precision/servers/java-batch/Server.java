// Batch's audiences with the JDK's own HTTP server and Gson. Pages: create (batch-create.md), update, replace, remove, view, list (FACTS.md 1.3).

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

public class Server {
    private static final String API_KEY = System.getenv("BATCH_API_KEY");
    private static final String PROJECT = System.getenv("BATCH_PROJECT");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    private static final Set<String> TYPES = Set.of("custom_ids", "emails", "install_ids");
    private static final Gson GSON = new Gson();
    private static final Map<String, JsonObject> AUDIENCES = new ConcurrentSkipListMap<>();
    private static final Map<String, Set<String>> MEMBERS = new ConcurrentHashMap<>();

    private static final class Refusal extends Exception {
        final int status;
        final String code;

        Refusal(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    private interface Action {
        void run(HttpExchange exchange) throws IOException, Refusal;
    }

    private static void send(HttpExchange exchange, int status, JsonObject body) throws IOException {
        byte[] bytes = GSON.toJson(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static void sendError(HttpExchange exchange, int status, String code, String message) throws IOException {
        JsonObject body = new JsonObject();
        body.addProperty("error_code", code);
        body.addProperty("error_message", message);
        send(exchange, status, body);
    }

    private static void authenticate(HttpExchange exchange) throws Refusal {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String project = exchange.getRequestHeaders().getFirst("X-Batch-Project");
        boolean bearer = header != null && header.regionMatches(true, 0, "Bearer ", 0, 7);
        if (!bearer || !header.substring(7).trim().equals(API_KEY) || !PROJECT.equals(project)) {
            throw new Refusal(401, "AUTHENTICATION_INVALID", "The Rest API Key is not valid for this project");
        }
    }

    private static JsonObject bodyOf(HttpExchange exchange) throws IOException, Refusal {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException error) {
            throw new Refusal(400, "INVALID_JSON", "The body is not UTF-8");
        }
        JsonElement element;
        try {
            JsonReader reader = new JsonReader(new StringReader(text));
            element = GSON.getAdapter(JsonElement.class).read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new Refusal(400, "INVALID_JSON", "There is something after the JSON value");
            }
        } catch (JsonParseException | IllegalStateException | NumberFormatException | IOException error) {
            throw new Refusal(400, "INVALID_JSON", "The body is not valid JSON");
        }
        if (element == null || !element.isJsonObject()) {
            throw new Refusal(400, "INVALID_BODY", "The body must be a JSON object");
        }
        return element.getAsJsonObject();
    }

    private static String text(JsonObject body, String property, boolean required) throws Refusal {
        JsonElement value = body.get(property);
        if (value == null) {
            if (required) {
                throw new Refusal(400, "MISSING_PROPERTY", property + " is required");
            }
            return null;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw new Refusal(400, "INVALID_PROPERTY", property + " must be a string");
        }
        return value.getAsString();
    }

    private static Map<String, String> queryOf(HttpExchange exchange) throws Refusal {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                String[] parts = pair.split("=", 2);
                try {
                    String value = parts.length > 1 ? URLDecoder.decode(parts[1], StandardCharsets.UTF_8) : "";
                    query.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), value);
                } catch (IllegalArgumentException error) {
                    throw new Refusal(400, "INVALID_QUERY", "The query is malformed");
                }
            }
        }
        return query;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void accept(HttpExchange exchange) throws IOException {
        JsonObject body = new JsonObject();
        body.addProperty("indexing_token", UUID.randomUUID().toString().replace("-", ""));
        send(exchange, 202, body);
    }

    private static void create(HttpExchange exchange) throws IOException, Refusal {
        JsonObject body = bodyOf(exchange);
        String name = text(body, "name", true);
        String type = text(body, "type", true);
        String displayName = text(body, "display_name", false);
        if (!NAME.matcher(name).matches()) {
            throw new Refusal(400, "INVALID_NAME", "name takes 1 to 255 letters, digits, _ and -");
        }
        if (!TYPES.contains(type)) {
            throw new Refusal(400, "INVALID_TYPE", "type must be custom_ids, emails or install_ids");
        }
        JsonObject audience = new JsonObject();
        audience.addProperty("name", name);
        audience.addProperty("display_name", displayName == null ? name : displayName);
        audience.addProperty("type", "CUSTOM_ID");
        audience.addProperty("nb_ids", 0);
        audience.addProperty("indexing_state", "APPLIED");
        audience.addProperty("created", now());
        audience.addProperty("updated", now());
        AUDIENCES.putIfAbsent(name, audience);
        accept(exchange);
    }

    /** The ids of an update, each with its action, or of a replace, without one. */
    private static List<String[]> itemsOf(JsonObject body, boolean actions) throws Refusal {
        JsonElement ids = body.get("ids");
        if (ids == null || !ids.isJsonArray() || ids.getAsJsonArray().size() > 10000) {
            throw new Refusal(400, "INVALID_PROPERTY", "ids must be an array of at most 10000 objects");
        }
        List<String[]> items = new ArrayList<>();
        for (JsonElement element : ids.getAsJsonArray()) {
            if (!element.isJsonObject()) {
                throw new Refusal(400, "INVALID_PROPERTY", "ids must be objects");
            }
            JsonObject item = element.getAsJsonObject();
            String id = text(item, "id", true);
            String action = actions ? text(item, "action", true) : "add";
            JsonElement attributes = item.get("attributes");
            if (!Set.of("add", "remove").contains(action)) {
                throw new Refusal(400, "INVALID_ACTION", "action must be add or remove");
            }
            if (attributes != null && (!attributes.isJsonObject() || attributes.getAsJsonObject().size() > 15)) {
                throw new Refusal(400, "INVALID_ATTRIBUTES", "attributes must be an object of at most 15 elements");
            }
            if (attributes != null && action.equals("remove")) {
                throw new Refusal(400, "INVALID_ATTRIBUTES", "attributes are for add only");
            }
            items.add(new String[] {id, action});
        }
        return items;
    }

    private static void changed(HttpExchange exchange, String name, Set<String> ids) throws IOException, Refusal {
        JsonObject audience = AUDIENCES.get(name);
        if (audience == null) {
            throw new Refusal(400, "UNKNOWN_AUDIENCE", "There is no audience of this name");
        }
        MEMBERS.put(name, ids);
        audience.addProperty("nb_ids", ids.size());
        audience.addProperty("updated", now());
        accept(exchange);
    }

    private static void update(HttpExchange exchange) throws IOException, Refusal {
        JsonObject body = bodyOf(exchange);
        String name = text(body, "name", true);
        Set<String> ids = new HashSet<>(MEMBERS.getOrDefault(name, Set.of()));
        for (String[] item : itemsOf(body, true)) {
            if (item[1].equals("add")) {
                ids.add(item[0]);
            } else {
                ids.remove(item[0]);
            }
        }
        changed(exchange, name, ids);
    }

    private static void replace(HttpExchange exchange) throws IOException, Refusal {
        JsonObject body = bodyOf(exchange);
        String name = text(body, "name", true);
        Set<String> ids = new HashSet<>();
        for (String[] item : itemsOf(body, false)) {
            ids.add(item[0]);
        }
        changed(exchange, name, ids);
    }

    private static void list(HttpExchange exchange) throws IOException, Refusal {
        Map<String, String> query = queryOf(exchange);
        int limit;
        int start;
        try {
            limit = Integer.parseInt(query.getOrDefault("limit", "10"));
            start = Integer.parseInt(query.getOrDefault("from", "0"));
        } catch (NumberFormatException error) {
            throw new Refusal(400, "INVALID_PARAMETER", "limit must be an integer, and from an earlier next_from");
        }
        if (limit < 1 || limit > 100 || start < 0) {
            throw new Refusal(400, "INVALID_PARAMETER", "limit must be 1 to 100");
        }
        List<JsonObject> all = new ArrayList<>(AUDIENCES.values());
        JsonArray page = new JsonArray();
        for (int index = start; index < Math.min(start + limit, all.size()); index++) {
            page.add(all.get(index));
        }
        JsonObject answer = new JsonObject();
        answer.add("audiences", page);
        if (!query.containsKey("from")) {
            answer.addProperty("count", all.size());
        }
        answer.addProperty("has_more", start + limit < all.size());
        if (start + limit < all.size()) {
            answer.addProperty("next_from", String.valueOf(start + limit));
        }
        send(exchange, 200, answer);
    }

    private static void remove(HttpExchange exchange) throws IOException, Refusal {
        String name = text(bodyOf(exchange), "name", true);
        AUDIENCES.remove(name);
        accept(exchange);
    }

    private static void view(HttpExchange exchange) throws IOException, Refusal {
        String name = queryOf(exchange).get("name");
        if (name == null) {
            throw new Refusal(400, "MISSING_PARAMETER", "name is required");
        }
        JsonObject audience = AUDIENCES.get(name);
        if (audience == null) {
            throw new Refusal(404, "NOT_FOUND", "There is no such audience");
        }
        send(exchange, 200, audience);
    }

    private static void route(HttpServer server, String path, String method, Action action) {
        server.createContext(path, exchange -> {
            try (exchange) {
                try {
                    authenticate(exchange);
                    if (!exchange.getRequestURI().getPath().equals(path)) {
                        throw new Refusal(404, "NOT_FOUND", "There is no such route");
                    }
                    if (!exchange.getRequestMethod().equals(method)) {
                        exchange.getResponseHeaders().set("Allow", method);
                        throw new Refusal(405, "METHOD_NOT_ALLOWED", "Use " + method);
                    }
                    action.run(exchange);
                } catch (Refusal refusal) {
                    sendError(exchange, refusal.status, refusal.code, refusal.getMessage());
                } catch (RuntimeException error) {
                    sendError(exchange, 500, "UNEXPECTED", "Unexpected error");
                }
            }
        });
    }

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        route(server, "/2.10/audiences/create", "POST", Server::create);
        route(server, "/2.10/audiences/update", "POST", Server::update);
        route(server, "/2.10/audiences/replace", "POST", Server::replace);
        route(server, "/2.10/audiences/list", "GET", Server::list);
        route(server, "/2.10/audiences/remove", "POST", Server::remove);
        route(server, "/2.10/audiences/view", "GET", Server::view);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }
}
