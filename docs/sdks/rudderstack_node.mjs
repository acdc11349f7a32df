// A visit told by RudderStack's Node SDK: node rudderstack_node.mjs URL WRITE_KEY CUSTOMER
import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const [dataPlaneUrl, writeKey, customer] = process.argv.slice(2);
const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl });
const anonymousId = `${customer}-device`;
const line = { product_id: "milk", quantity: 2, price: 1.35 };
const properties = { order_id: `order-${customer}`, currency: "EUR", products: [line] };

analytics.page({ anonymousId, name: "Home" });
analytics.track({ anonymousId, event: "Product Viewed", properties: { product_id: "milk" } });
analytics.identify({ userId: customer, anonymousId, traits: { city: "Delft", age: 41 } });
analytics.group({ userId: customer, groupId: "household-7", traits: { size: 4 } });
analytics.track({ userId: customer, event: "Product Added", properties: line });
analytics.track({ userId: customer, event: "Order Completed", properties });
analytics.track({ userId: customer, event: "Salary Arrived", properties: { amount: 2000 } });
analytics.alias({ userId: customer, previousId: `${customer}-old` });
await analytics.flush();
